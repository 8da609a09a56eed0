# ---
# jupyter:
#   crm:
#     concepts: [A1, A2, B1.4, B4.1, C4, D1, D6]
#     exercise: "01"
#     minutes: 50
#     title: "Exercise 01: What is CRM"
# ---

# %% [markdown] lang="en"
# # Exercise 01 · What is CRM?
#
# **Does the chart of happy branches hold in your district?**
#
# *About 50 minutes. Before it: lesson [01 What is CRM](../01_what_is_crm.ipynb).*
#
# ## The case
#
# In the lesson, Mr Hu of **Harbour Bank** did not sign. Now the consultant is back, in **your district**: "Here it is different.
# Look at your own chart: happier branches earn more. My programme lifts the mood of the staff by **5 points** in each of your 36
# branches. It costs **4.5 % of the district's revenue** a year."
#
# Mr Hu asks you, the new analyst, for an answer by Friday. Before you look at the chart, look at the customers: where are
# their relationships going, what did the last campaign really add, and where is their money?

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
import numpy as np
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
pd.options.display.max_colwidth = 120

exercise = crm.exercise("01", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district, as in the lesson. `bank.describe()` lists them; `bank.describe("years")` explains the
# columns of one.

# %%
bank.describe("years").loc["customer":"revenue", ["type", "unit", "meaning"]]

# %% [markdown] lang="en"
# ## Question 1 · Where are the relationships going?
#
# *{points q1}.* `bank.years` has one row per customer and year. A relationship is *developing* when revenue grew by **more than
# 20 %** from 2024 to 2025. Take everybody with a row in both years, also those with less than twelve months, as the first
# table of the lesson does. **How many customers are developing?**

# %%
### BEGIN SOLUTION
year_2024, year_2025 = (bank.years[bank.years["year"] == number] for number in (2024, 2025))
stages = crm.lifecycle_stage(year_2024, year_2025, tolerance=0.2).table.set_index("stage")
developing_customers = stages.at["developing", "customers"]
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · Where is the district going?
#
# *{points q2}.* Count customers by their rows in `bank.years`. *Kept* are those of 2024 with a row in 2025, too: the share seen
# again (it is larger than retention, as the lesson shows; here it does). *New* are those of 2025 without a row in 2024. Suppose
# that this share and the number of new customers stay as they are, year after year. **At how many customers does the district
# settle in the long run?** Do not round the share on the way.

# %%
### BEGIN SOLUTION
kept_or_new = bank.years.pivot(index="customer", columns="year", values="months").notna()
leaving = 1 - kept_or_new.loc[kept_or_new[2024], 2025].mean()
settles_at = (kept_or_new[2025] & ~kept_or_new[2024]).sum() / leaving
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · What did the letter add?
#
# *{points q3}.* In July 2023 a letter offered an insurance to half of those who had none, drawn by lot: the campaign
# `cross-sell` in `bank.campaign_members`. `arm` says who got the letter (`treated`) and who did not (`control`), `outcome` who
# opened an insurance within three months. **By how many points did the letter raise the share of buyers?** If the share rises
# from 2 % to 5 %, the answer is 3. Give two decimals or more.

# %%
### BEGIN SOLUTION
bought = bank.campaign_members.query("campaign == 'cross-sell'").set_index("arm")["outcome"]
letter_points = 100 * (bought["treated"].sum() / len(bought["treated"]) - bought["control"].mean())
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · Where is their money?
#
# *{points q4}.* `bank.wallets` has, for each customer and year, the money at all banks together (`wallet`) and the part of it at
# Harbour Bank (`assets_here`). **Which share of all the money of its own customers did Harbour Bank hold in 2025?** Give a share
# between 0 and 1, with three decimals or more.

# %%
### BEGIN SOLUTION
money = bank.wallets.groupby("year")[["assets_here", "wallet"]].sum()
own_share = money.at[2025, "assets_here"] / money.at[2025, "wallet"]
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
# ## Question 5 · The consultant's chart
#
# *{points q5}.* Now the chart. In `bank.branch_years`, `staff_satisfaction` is the mood of a branch's staff (0 to 100) and
# `typical_revenue` the revenue of a typical customer. As in the lesson, take the *logarithm* of `typical_revenue`, and relate it
# to the mood of the year before with `crm.service_profit_chain`. **Compared between branches: how many per cent more revenue do
# 5 points more mood go with?** Give *percent* (25, not 0.25), with two decimals or more.

# %%
### BEGIN SOLUTION
table = bank.branch_years[["branch", "year", "staff_satisfaction", "typical_revenue"]]
later = table.assign(year=table["year"] - 1)[["branch", "year", "typical_revenue"]]
pairs = table.drop(columns="typical_revenue").merge(later).dropna()
pairs["rate"] = np.log(pairs["typical_revenue"])
branch = pairs.groupby("branch")[["staff_satisfaction", "rate"]].mean()
between_percent = 500 * np.polyfit(branch["staff_satisfaction"], branch["rate"], 1)[0]
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · Which comparison may decide?
#
# *{points q6}.* The programme leaves every branch where it is and tries to lift the mood of its staff. **Which comparison may
# speak for or against it?** Answer with one letter in quotes, such as `"a"`.
#
# {options q6}

# %%
### BEGIN SOLUTION
which_chart = "c"
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · Does it pay here?
#
# *{points q7}.* Look at the row `within` of your table of question 5: the slope, and its interval from `low` to `high`. For 5 points
# of mood the programme costs 4.5 % of revenue. **By this comparison, does a better mood raise next year's revenue by more than
# that in your district?** Answer with one letter.
#
# {options q7}

# %%
# Space for your calculation

# %%
### BEGIN SOLUTION
mood = bank.branch_years.assign(rate=np.log(bank.branch_years["typical_revenue"]))
found = crm.service_profit_chain(mood, "staff_satisfaction", "rate").set_index("comparison")
low, high = 500 * found.loc["within", ["low", "high"]]
mood_pays = "d" if high < 4.5 else "b"
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · Advise the manager
#
# *{points q8}.* **What does Mr Hu write to the consultant, and what should he do instead?** Write 80 to 150 words in
# place of the three dots, between the two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q8}

# %%
### BEGIN SOLUTION
# what the lottery of the rosters says here: its error is the point
revenue = mood.pivot(index="branch", columns="year", values="rate").astype(float)
change = 100 * (revenue[[2024, 2025]].mean(axis=1) - revenue[2023])
arms = change.groupby(bank.branches.set_index("branch")["roster_pilot"]).agg(["size", "mean", "std"])
error = np.sqrt((arms["std"] ** 2 / arms["size"]).sum())
verdict = "That is below the price even at its upper end"
if mood_pays == "b":
    verdict = "The price lies inside: it may pay or not"
answer_to_consultant = f"""I do not sign. Your chart is right: branches whose staff are 5
points happier earn {between_percent:.1f} % more a year later. But it compares places: a
rich street gives a branch both content staff and good customers, and your programme does
not move the street. Within a branch, after its better years, revenue changes by {low:.1f}
to {high:.1f} % for 5 points. {verdict}, and a lasting effect could hide from it. A lottery
would settle it, but not with our 36 branches: that of the rosters has an error of
{error:.1f} points, too coarse to see 4.5 %. It needs many districts. Meanwhile there is
money nearer: only {own_share:.0%} of what our own customers have is with us. We begin with
an offer to them, and a control group, as for the letter, which added {letter_points:.1f}
points."""
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
