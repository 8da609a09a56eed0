# ---
# jupyter:
#   crm:
#     concepts: [A5, A6, B5.1, C12]
#     exercise: "02"
#     minutes: 60
#     title: "Exercise 02: The customer pyramid"
# ---

# %% [markdown] lang="en"
# # Exercise 02 · The customer pyramid
#
# **Who gets an adviser?**
#
# *About 60 minutes. Before it: lesson [02 The customer pyramid](../02_customer_pyramid.ipynb).*
#
# ## The case
#
# Mr Chen runs a district of **Harbour Bank**. For the coming year he can pay *personal advisers* for **one customer in a
# hundred**. His branch managers want them for "our big customers": those with much revenue, or with large deposits.
#
# Last year he tried something cheaper: his best customers got a *priority phone line*. He does not know whether it helped.
#
# He decides on Friday. He asks you, the new analyst: who are the best customers, what are they worth, and did the phone line do any
# good?

# %% [markdown] lang="en"
# ## How this works
#
# - Every student has a district of their own: **your numbers differ from your neighbour's**.
# - Each question has a cell with three dots, `...`. Put your calculation or your answer in their place; you may add lines above
#   it. Keep the name before the `=`: the check looks for it.
# - Run a cell with **Shift + Enter**. The cell below each answer checks it. `✔` means correct, `✘` not yet, `○` not attempted.
# - Stuck? In the checking cell, delete the `#` before `q1.hint()` and run the cell again. Each further run shows one more hint.
#   `q1.solution()` shows how it can be done.
# - You may leave a question out and come back. `exercise.progress()` says how far you are.
#
# **Type your id once**, between the quotes, and run the cell. To practise without an id, leave it as it is.

# %%
student = "guest"

# %%
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
pd.options.display.max_colwidth = 120

exercise = crm.exercise("02", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district, as in the lesson. `bank.describe()` lists them; `bank.describe("customers")` explains
# the columns of one.

# %%
bank.describe("customers")[["type", "meaning"]]

# %% [markdown] lang="en"
# ## Question 1 · Read the table
#
# *{points q1}.* The customer file lists everybody who was a customer at some time since January 2023. Some have left, some
# came back, and a few of those left again. **How many are customers at the end of 31 December 2025?**
#
# In `bank.customers` the columns `left`, `returned` and `left_again` hold the days. An empty cell means that it has not
# happened.

# %%
### BEGIN SOLUTION
file = bank.customers
gone = file["left"].notna() & (file["returned"].isna() | file["left_again"].notna())
present_customers = len(file) - gone.sum()
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · How long silent?
#
# *{points q2}.* The bank also sells funds and gold to people who need no contract; `bank.purchases` is the log. Imagine that it is
# the evening of **30 June 2025**. **For everybody who had bought by then: how many days ago was the last purchase?** (Who bought on
# 30 June itself: 0 days.)
#
# The answer is a *Series*: one number per customer, with the customer as its index.

# %%
### BEGIN SOLUTION
known = crm.customer_summary(bank.purchases, revenue="amount", as_of="2025-06-30").customers
days_since = known.set_index("customer")["days_since_last"]
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · 80/20?
#
# *{points q3}.* `bank.years` has one row per customer and year, in yuan. Rank everybody with a row for **2025** by revenue. **Which
# share of the revenue do the top 20 % of customers bring?** Give a share between 0 and 1, with three decimals or more. (A
# fifth of the customers is no whole number: round it up or down, as you like.)

# %%
### BEGIN SOLUTION
revenue = bank.years.loc[bank.years["year"] == 2025, "revenue"].sort_values(ascending=False)
fifth = round(0.2 * len(revenue))
top20_revenue_share = revenue.iloc[:fifth].sum() / revenue.sum()
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · The Top tier
#
# *{points q4}.* Now rank the same customers of 2025 by **profit**. The Top tier is the first 1 %, rounded up to a whole customer.
# **Who is in it?** Give their customer numbers: a list, or a column of a table. The order does not matter.

# %%
### BEGIN SOLUTION
year_2025 = bank.years[bank.years["year"] == 2025]
places = -(-len(year_2025) // 100)  # rounded up
top_customers = year_2025.sort_values("profit", ascending=False)["customer"].head(places)
### END SOLUTION

# %%
q4 = exercise.q4
q4.check()
# q4.hint()
# q4.solution()

# %% [markdown] lang="en"
# ## Question 5 · 20/90?
#
# *{points q5}.* A consultant claims: "20 % of the customers earn 90 % of the profit." **Which percentage of the profit of 2025 do
# the most profitable 20 % of customers earn?** Give *percent* (25, not 0.25), with one decimal or more.

# %%
### BEGIN SOLUTION
profit = bank.years.loc[bank.years["year"] == 2025, "profit"].sort_values(ascending=False)
top20_profit_percent = 100 * profit.iloc[: round(0.2 * len(profit))].sum() / profit.sum()
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · What it means
#
# *{points q6}.* **Why can the number of question 5 be above 100 %?** Answer with one letter in quotes, such as `"a"`.
#
# {options q6}

# %%
### BEGIN SOLUTION
above_100 = "b"
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# More than half of the questions are behind you. How far are you?

# %%
exercise.progress()

# %% [markdown] lang="en"
# ## Question 7 · Up or down?
#
# *{points q7}.* A branch manager says: "As many of our customers fall as rise." Test it. Take the customers who were with the bank
# **all 12 months of 2024 and all 12 months of 2025** (column `months`). Cut both years into four tiers by **revenue**, at fixed amounts:
# ¥10,000, ¥4,000 and ¥1,000. **How many more customers rose to a higher tier than fell to a lower one?** (Risers minus
# fallers.)

# %%
### BEGIN SOLUTION
full = bank.years[bank.years["months"] == 12].pivot(index="customer", columns="year", values="revenue")
both = full[[2024, 2025]].dropna()
tier_2024, tier_2025 = (
    sum((both[year] >= cut).astype(int) for cut in (10_000, 4_000, 1_000)) for year in (2024, 2025)
)
net_risers = (tier_2025 > tier_2024).sum() - (tier_2025 < tier_2024).sum()
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · Against the market
#
# *{points q8}.* A *high-value* customer has ¥300,000 or more at all banks together. `bank.market` counts them, for each bank
# and year. **How did Harbour Bank's high-value customers change from 2024 to 2025?** Answer with one letter.
#
# {options q8}

# %%
# Space for your calculation

# %%
### BEGIN SOLUTION
market = crm.market_share_of_high_value(bank.market, "Harbour Bank").set_index("year")
more = market.at[2025, "high_value_customers"] > market.at[2024, "high_value_customers"]
larger = market.at[2025, "high_value_share"] > market.at[2024, "high_value_share"]
high_value_change = ("a" if larger else "b") if more else ("c" if larger else "d")
### END SOLUTION

# %%
q8 = exercise.q8
q8.check()
# q8.hint()
# q8.solution()

# %% [markdown] lang="en"
# ## Question 9 · Did the phone line help?
#
# *{points q9}.* In January 2025 **all** of 2024's best 20 % by revenue were given the number of the priority line. The table
# follows them, and others, to 2025. `growth` is the change of mean revenue: 0.05 means 5 % more.

# %%
years = bank.years[bank.years["months"] == 12]
year_2024, year_2025 = years[years["year"] == 2024], years[years["year"] == 2025]
followed = crm.regression_to_the_mean(year_2024, year_2025, top=0.2)
followed[["picked_by", "customers", "growth"]]

# %% [markdown] lang="en"
# The first row holds the customers with the priority line: picked by the year *before*, 2024. They grew less than everyone.
# In the second row customers are picked by the year *after*, 2025, in the third by the average of both. **What did the priority line
# do to revenue?** Answer with one letter.
#
# {options q9}

# %%
### BEGIN SOLUTION
line_effect = "d"
### END SOLUTION

# %%
q9 = exercise.q9
q9.check()
# q9.hint()
# q9.solution()

# %% [markdown] lang="en"
# ## Question 10 · Advise the manager
#
# *{points q10}.* **Who should get the advisers next year, and what do you tell Mr Chen about the priority line?** Write 80 to 150
# words in place of the three dots, between the two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q10}

# %%
### BEGIN SOLUTION
by_revenue = bank.years[bank.years["year"] == 2025].nlargest(len(top_customers), "revenue")["customer"]
shared = len(set(top_customers) & set(by_revenue))
recommendation = f"""Give the advisers to the {len(top_customers)} customers with the
highest profit in 2025, not to those with the highest revenue: only {shared} names are on
both lists. The best 20 % bring {top20_revenue_share:.0%} of the revenue of 2025, but
{top20_profit_percent:.0f} % of its profit: others lose part of it again, and some of them
are big by revenue or deposits. The tiers are no fixed fate: in 2025, {net_risers} more
customers rose through the cuts in money than fell, so look at the list again next year. I
cannot say what the priority line did. All of 2024's best had it, and the best of a year
fall behind in the next in any case. To find out what advisers do, draw by lot which of
{2 * len(top_customers)} good customers get one, and compare the two halves."""
### END SOLUTION

# %%
q10 = exercise.q10
q10.check()
# q10.hint()
# q10.rubric()

# %% [markdown] lang="en"
# ## Check everything
#
# Run this cell when you think you are done. Before you hand in: save the notebook (**Ctrl + S**, on a Mac **Cmd + S**).

# %%
exercise.check_all()
