# ---
# jupyter:
#   crm:
#     concepts: [A4, A21, C5, C5b, D3, D4]
#     exercise: "03"
#     minutes: 70
#     title: "Exercise 03: Customer value"
# ---

# %% [markdown] lang="en"
# # Exercise 03 · Customer value
#
# **A gift for every newcomer: what may it cost?**
#
# *About 70 minutes. Before it: lesson [03 Customer value](../03_customer_value.ipynb).*
#
# ## The case
#
# Ms Fang wins new customers in a district of **Harbour Bank**. She wants to give ¥500 to everybody who opens an account, and to
# close the fund accounts of buyers who have been silent for half a year. Her paper says:
#
# > *A customer is worth many times the gift. Once we have looked after them for some years, customers turn loyal: retention rises
# > every year. With the referrals on top, our base is worth even more. And who has not bought for half a year is gone.*
#
# The board decides on Friday. She asks you, the new analyst, to check the paper first.

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

exercise = crm.exercise("03", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district, as in the lesson. `bank.years` is a small profit and loss account per customer and year:

# %%
columns = ["customer", "year", "months", "revenue", "contribution", "profit"]
bank.describe("years").loc[columns, ["type", "meaning"]]

# %% [markdown] lang="en"
# ## Question 1 · What is left of a yuan?
#
# *{points q1}.* "How much of our revenue stays as profit?", asks the board. Take the **private** customers (their `kind` in
# `bank.customers` is `"personal"`) and the year **2025**. **What is their profit rate: all their `profit` as a percentage of all their
# `revenue`?** Give *percent* (25.00, not 0.25), with two decimals or more.

# %%
### BEGIN SOLUTION
private = bank.customers.query("kind == 'personal'")
year_2025 = bank.years.query("year == 2025 and customer in @private['customer']")
total = year_2025[["profit", "revenue"]].sum()
profit_rate = 100 * total["profit"] / total["revenue"]
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · The first year
#
# *{points q2}.* How long does a gift last? Ms Fang has been in charge since 1 April 2023. Take **all** customers, private and business, who
# joined from **1 April 2023** to 31 December 2024. The first anniversary is `joined` + `pd.DateOffset(years=1)`; who left on that day or
# before was gone. **What percentage of them were still there after their first anniversary?** Give percent, with two decimals or more.

# %%
### BEGIN SOLUTION
joiners = bank.customers.query("joined >= '2023-04-01' and joined < '2025-01-01'")
stayed = joiners["left"].isna() | (joiners["left"] > joiners["joined"] + pd.DateOffset(years=1))
first_year_percent = 100 * stayed.sum() / len(joiners)
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · What is a newcomer worth?
#
# *{points q3}.* More than this no gift, mail or commission may cost. What do *newcomers* bring, before anybody knows who will stay? This
# cell keeps, for each private customer who joined since 2023, the row of the year in which he joined, whether he left later or not. Most
# of these rows hold a part of a year: `months` says how many.

# %%
people = bank.customers.query("kind == 'personal'")[["customer", "joined"]]
newcomers = bank.years.merge(people)
newcomers = newcomers[newcomers["year"] == newcomers["joined"].dt.year]
newcomers[["customer", "joined", "year", "months", "revenue", "contribution", "profit"]].head(4)

# %% [markdown] lang="en"
# The yearly margin of a newcomer: all their `contribution` added up, divided by all their `months`, **times 12**. A newcomer pays one
# margin on joining, and one more after each of the next **10** years if he is still here. Each year 80 % stay; discount at 10 % a year.
# (Not your own rate of question 2: a few hundred joiners leave it uncertain by about four points, and 80 % is close to the rate of
# the whole bank. The lesson shows that it rises later: the answer is cautious.) **What is a newcomer worth today?** Give yuan, to
# the nearest yuan or more exactly.

# %%
### BEGIN SOLUTION
margin = 12 * newcomers["contribution"].sum() / newcomers["months"].sum()
newcomer_worth = sum(margin * (0.80 / 1.10) ** t for t in range(11))
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · "Customers turn loyal"
#
# *{points q4}.* This cell counts, for each year of the relationship, who was there at its start (`at_risk`) and who at its end
# (`kept`).

# %%
joined, left = bank.customers["joined"], bank.customers["left"]
rows = []
for year in range(1, 9):
    start = joined + pd.DateOffset(years=year - 1)
    end = joined + pd.DateOffset(years=year)
    there = (start >= "2023-01-01") & (end <= "2025-12-31") & ~(left <= start)
    rows.append((year, there.sum(), (there & ~(left <= end)).sum()))
by_year = pd.DataFrame(rows, columns=["period", "at_risk", "kept"])
by_year.assign(percent=100 * by_year["kept"] / by_year["at_risk"])

# %% [markdown] lang="en"
# In your district, too, more stay in the later years than in the first. You have these counts and no answer book. **How much of this
# rise comes from customers who *became* more loyal?** Answer with one letter in quotes, such as `"a"`.
#
# {options q4}

# %%
### BEGIN SOLUTION
became_loyal = "b"
### END SOLUTION

# %%
q4 = exercise.q4
q4.check()
# q4.hint()
# q4.solution()

# %% [markdown] lang="en"
# Half of the questions are behind you. How far are you?

# %%
exercise.progress()

# %% [markdown] lang="en"
# ## Question 5 · Five years on
#
# *{points q5}.* Before she spends money on newcomers, the board wants to know what the old customers are worth. Think of one with
# **five complete years** behind him who has just paid his margin of ¥1,000 for the sixth and brings as much each year he stays.
# Winning him once cost ¥400. Fit the shifted beta-geometric model to `by_year` from question 4 (`crm.fit_cohort`). **What is he
# still worth today**, over 10 years and at a discount of 10 %? Take the lesson's way of counting an *existing* customer, with 5 as
# his `tenure`. Give yuan, to the nearest yuan or more exactly.

# %%
### BEGIN SOLUTION
alpha, beta = crm.fit_cohort(by_year).table["estimate"]
still_here = 1.0
yearly = []
for t in range(1, 11):
    still_here *= (beta + 5 + t - 1) / (alpha + beta + 5 + t - 1)
    yearly.append(1000 * still_here / 1.10**t)
five_years_on = sum(yearly)
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · "With the referrals on top"
#
# *{points q6}.* This cell values every private customer who is still here at 3.57 times the contribution of 2025. `referrer` is the
# customer who brought him, if the bank knows.

# %%
people = bank.customers[(bank.customers["kind"] == "personal") & bank.customers["left"].isna()]
base = bank.years[bank.years["year"] == 2025].merge(people[["customer", "referrer"]])
base["value"] = 3.57 * base["contribution"]
base = base[["customer", "referrer", "value"]]
base.head(4)

# %% [markdown] lang="en"
# The paper says that what customers bring by referring others comes on top of the value of the base. **What is this base worth,
# referrals included?** Give *yuan* for all customers together, to the nearest yuan or more exactly.

# %%
### BEGIN SOLUTION
base_worth = crm.referral_value(base).customers["with_referral"].sum()
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · Silent, but gone?
#
# *{points q7}.* Now the fund accounts. Anyone may buy a fund today and never again, and nobody cancels. This cell sums up the
# purchases of the customers who are still at the bank, seen on 31 December 2025, and fits the BG/NBD model.

# %%
here = bank.customers[bank.customers["left"].isna()]
log = bank.purchases[bank.purchases["customer"].isin(here["customer"])]
summary = crm.customer_summary(log.rename(columns={"amount": "revenue"}), as_of="2025-12-31").customers
buying = crm.fit_buying(summary)
columns = ["customer", "repeat_frequency", "days_first_to_last", "days_since_last", "days_observed"]
summary[columns].head(4)

# %% [markdown] lang="en"
# Ms Fang would close the accounts of those who bought again at least once (`repeat_frequency` of 1 or more) and have been silent
# for **more than 180 days**. **How many of these customers are expected to be alive**, by the model's `probability_alive`? Give the
# expected number; one decimal is welcome.

# %%
### BEGIN SOLUTION
alive = crm.predict_purchases(buying, summary, days=365).set_index("customer")["probability_alive"]
quiet = summary.query("repeat_frequency > 0 and days_since_last > 180")["customer"]
silent_but_alive = alive[quiet].sum()
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · Advise the manager
#
# *{points q8}.* **What do you tell Ms Fang about the gift of ¥500 for every newcomer, and about closing the silent accounts?** Write 80
# to 150 words in place of the three dots, between the two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q8}

# %%
### BEGIN SOLUTION
advice = f"""Do not give ¥500 to every newcomer yet. A newcomer is worth
¥{newcomer_worth:,.0f} on average (a new customer: first margin today, 80 % stay a year,
discount 10 %), which would bear it. But how many would have come anyway is unknown, and
{100 - first_year_percent:.0f} % of the joiners since April 2023 were gone within a year.
Draw by lot who is offered the gift in the next three months: only that tells how many it
wins. Do not write that care makes customers loyal: retention rises with the years either
way, and these data cannot tell; draw by lot who gets the care, too. Value the base at
¥{base_worth / 1e6:.1f} million, with the referrals inside. And do not close the silent
accounts: of {len(quiet)} repeat buyers silent for half a year, {silent_but_alive:.0f} are
expected to be alive."""
### END SOLUTION

# %%
q8 = exercise.q8
q8.check()
# q8.hint()
# q8.rubric()

# %% [markdown] lang="en"
# ## Check everything
#
# Run this cell when you think you are done. Before you hand in: save the notebook (**Ctrl + S**, on a Mac **Cmd + S**).

# %%
exercise.check_all()
