# ---
# jupyter:
#   crm:
#     concepts: [B5.1, B5.2, B5.3]
#     exercise: "12"
#     minutes: 80
#     title: "Exercise 12: Bank case"
# ---

# %% [markdown] lang="en"
# # Exercise 12 · Bank case: key accounts
#
# **Twenty places, one target, one programme**
#
# *About 80 minutes. Before it: lesson [12 Bank case: key accounts](../12_bank_case.ipynb).*
#
# ## The case
#
# January 2026. A district of **Harbour Bank** gets a key-account manager of its own, with **twenty** places. The head of branches
# writes to Ms Tang, who heads the district:
#
# > *Give the places to the largest depositors. They are the bank. The managers reach their targets, so the targets are right. And do
# > offer each private customer with ¥200,000 an adviser: at ¥1,200 a year that pays for itself.*
#
# She has until Friday to answer, and asks you, the new analyst, for the numbers.

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

exercise = crm.exercise("12", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district, as in the lesson. Three frames are ready:
#
# - `last`: one row per customer of 2025, with his year.
# - `books`: one row per customer and month of 2025, with the `manager` of his branch. `deposits_end` is the last day of the
#   month, `deposits_average` the mean of all days.
# - `base`: one row per customer who was there at the **end of 2024**, with what he brought in 2024, his `wallet` and what he had
#   `elsewhere`, whether he had an `adviser`, and `next_year`: his contribution in 2025 (0 if he was gone).

# %%
last = bank.years.query("year == 2025")
home = bank.customers[["customer", "branch"]].merge(bank.branches[["branch", "manager"]])
books = bank.months.query("month >= '2025-01-01'").merge(home)
last[["customer", "months", "deposits_average", "list_rate", "paid_rate", "profit"]].head(3)

# %%
base = bank.years.query("year == 2024").merge(bank.wallets.query("year == 2024"))
base = base.merge(bank.customers)
base = base[~(base["left"] < pd.Timestamp("2025-01-01"))].reset_index(drop=True)
base["elsewhere"] = base["wallet"] - base["assets_here"]
year_after = last.set_index("customer")["contribution"]
base["next_year"] = base["customer"].map(year_after).fillna(0.0)
advisers = bank.bonds.query("bond == 'adviser' and since < '2025-01-01'")
base["adviser"] = base["customer"].isin(advisers["customer"])
base[["customer", "kind", "contribution", "elsewhere", "adviser", "next_year"]].head(3)

# %% [markdown] lang="en"
# ## Question 1 · One day of the month
#
# *{points q1}.* A manager reaches the target if the deposits of the branch are at or above `deposit_target` (in `bank.branches`) on the
# last day. Take **December 2025**, and the managers who reach the target by the last day but would miss it by the mean of all
# days. **How many yuan would they be short of their targets by the mean of all days, all of them together?** To the yuan or more
# exactly.

# %%
### BEGIN SOLUTION
december = books[books["month"] == "2025-12-01"].groupby("manager")
december = december[["deposits_end", "deposits_average"]].sum()
missing = -december.sub(bank.branches.set_index("manager")["deposit_target"], axis=0)
night = missing[(missing["deposits_end"] <= 0) & (missing["deposits_average"] > 0)]
short_by_days = night["deposits_average"].sum()
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · What the deals cost
#
# *{points q2}.* An account has a private deal if it is paid more than 0.2 points (0.002 as a share) above the list rate. **What did the
# deals cost the district in 2025**, compared with the list rate? In yuan, to the yuan or more exactly. *(A customer of six months
# gets half
# a year's interest.)*

# %%
### BEGIN SOLUTION
price = bank.rates.query("month >= '2025-01-01'")["transfer_price"].mean()
deals = crm.rate_deals(last, transfer_price=price).table.set_index("rate")
deal_cost = deals.loc["deal", "deal_cost"]
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · "They would leave"
#
# *{points q3}.* "Without deals they would leave", says the head of branches. Perhaps. Suppose the deals end, and a share of these
# deposits leaves. **Up to which percentage of them may leave before the margin on them is smaller than now?** The margin is
# deposits × (transfer price − rate) × months / 12; the transfer price is the mean of 2025 in `bank.rates`. Give *percent*, with one
# decimal or more.

# %%
### BEGIN SOLUTION
may_leave = 100 * (1 - deals.loc["deal", "margin_paid"] / deals.loc["deal", "margin_at_list"])
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · "They are the bank"
#
# *{points q4}.* Take the **twenty** accounts of 2025 with the most deposits (`deposits_average`). **How much profit do they
# bring together, in percent of what the twenty accounts with the most `profit` bring?** Give *percent*, with one decimal or more.

# %%
### BEGIN SOLUTION
twenty = [last.nlargest(20, by)["profit"].sum() for by in ["deposits_average", "profit"]]
percent_of_best = 100 * twenty[0] / twenty[1]
### END SOLUTION

# %%
q4 = exercise.q4
q4.check()
# q4.hint()
# q4.solution()

# %% [markdown] lang="en"
# ## Question 5 · A score, judged by what came after
#
# *{points q5}.* Your colleagues agree on three criteria, known at the end of 2024, with points: `contribution` **three**, money
# `elsewhere` **two**, `products` **one**. Turn the points into weights that add up to 1, take the parts by **rank**, and list the
# **twenty**
# accounts of `base` with the highest score. **How much contribution did these twenty bring in 2025?** In yuan, to the yuan or
# more exactly.

# %%
### BEGIN SOLUTION
weights = {"contribution": 3 / 6, "elsewhere": 2 / 6, "products": 1 / 6}
parts = (base[list(weights)].rank() - 1) / (len(base) - 1)
score = (parts * pd.Series(weights)).sum(axis=1)
score_brought = base.loc[score.round(12).nlargest(20).index, "next_year"].sum()
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# Half of the questions are behind you. How far are you?

# %%
exercise.progress()

# %% [markdown] lang="en"
# ## Question 6 · One column
#
# *{points q6}.* Two lists of twenty without a committee, both made from `base`: by `contribution`, and by `deposits_average`. **How
# much more
# did the list by contribution bring in 2025 than the list by deposits?** In yuan; a minus means less.

# %%
### BEGIN SOLUTION
judged = crm.judge_lists(base, ["deposits_average", "contribution"], "next_year", top=20)
better_by = judged.set_index("list").loc["contribution", "difference"]
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · Whoever sets the weights
#
# *{points q7}.* A product manager would rather give `contribution` **one** point, money `elsewhere` two and `products` **three**.
# Parts by
# rank and twenty places, as before. **How much more did that list bring in 2025 than the list of question 5?** In yuan; a minus
# means less.

# %%
### BEGIN SOLUTION
other = {"contribution": 1 / 6, "elsewhere": 2 / 6, "products": 3 / 6}
listed = crm.account_scores(base, other, top=20).customers.query("listed")["customer"]
kept = base["customer"].isin(listed)
other_weights = base.loc[kept, "next_year"].sum() - score_brought
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · "That pays for itself"
#
# *{points q8}.* Members would be the **private** customers (`kind` 'personal') of `base` with `assets_here` of **¥200,000** or more
# and no adviser
# yet. An adviser costs ¥1,200 a member and year and makes fewer of them leave; who leaves takes 4 × his yearly
# `contribution` along. **By how many points must the yearly chance of leaving fall, the same for all, before the programme
# pays?** In points (2.5, not 0.025), with two decimals or more.

# %%
### BEGIN SOLUTION
rich = (base["kind"] == "personal") & (base["assets_here"] >= 200_000)
members = base[rich & ~base["adviser"]].copy()
members["stake"] = 4 * members["contribution"]
members["adviser_cost"] = 1_200
plan = crm.programme_break_even(members, base="stake", cost="adviser_cost", uplift=0.03)
plan = plan.table.set_index("who")
points_needed = 100 * plan.loc["everybody", "break_even"]
### END SOLUTION

# %%
q8 = exercise.q8
q8.check()
# q8.hint()
# q8.solution()

# %% [markdown] lang="en"
# ## Question 9 · Another door
#
# *{points q9}.* Suppose that an adviser lowers the chance of leaving by **3 points** (0.03). Admit only those members of question 8 who
# pay for themselves. **How much does the programme then gain a year?** In yuan, to the yuan or more exactly.

# %%
### BEGIN SOLUTION
gain_admitted = plan.loc["those who pay", "gain"]
### END SOLUTION

# %%
q9 = exercise.q9
q9.check()
# q9.hint()
# q9.solution()

# %% [markdown] lang="en"
# ## Question 10 · Advise Ms Tang
#
# *{points q10}.* **Who gets the twenty places, what shall managers be paid for, and who gets an adviser?** Write 100 to 180 words in
# place of
# the three dots, between the two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q10}

# %%
### BEGIN SOLUTION
advice = f"""Places: by last year's contribution. That list brought ¥{better_by:,.0f} more
in 2025 than the twenty largest depositors, and in 2025 these bring {percent_of_best:.0f} %
of the profit that twenty accounts could. A score brought ¥{score_brought:,.0f}, and other
weights change that by ¥{other_weights:,.0f}. Lists find money; whether a manager's care
adds any they do not say: give ten of the places by lot among twenty others, and compare
over several years. Target: end it. Some managers reach it on the last day only and are
¥{short_by_days:,.0f} short on other days, because one day is what they are paid for; deals
cost ¥{deal_cost:,.0f} in 2025. Pay for margin after transfer price, on all days. How many
deposits would leave without deals the data cannot tell, since none was ended; up to
{may_leave:.0f} % might. End them in some branches, drawn by lot, and count the money.
Programme: not for all, it would need {points_needed:.1f} points fewer leaving. Admitting
only those who pay for themselves gains ¥{gain_admitted:,.0f} at 3 points, if an adviser
really costs ¥1,200: check that first."""
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
