# ---
# jupyter:
#   crm:
#     concepts: [A23, A24, A25, D7]
#     exercise: "11"
#     minutes: 75
#     title: "Exercise 11: Relationship strategy"
# ---

# %% [markdown] lang="en"
# # Exercise 11 · Relationship strategy
#
# **¥30,000 a year: what on, and whom?**
#
# *About 75 minutes. Before it: lesson [11 Relationship strategy](../11_relationship_strategy.ipynb).*
#
# ## The case
#
# Mr Tang runs a district of **Harbour Bank**. From January 2026 he has ¥30,000 a year for his customers, for five
# years. His plan says:
#
# > *We give our customers more than Pearl Bank does, so we are ahead. Everybody gets a retention call: on average a call brings
# > more than it costs. Whoever stays gets a bond at ¥300 a year, and we go on with the insurance offer, since it moves customers up.*
#
# He signs on Friday. He asks you, the new analyst, to check the plan first.

# %% [markdown] lang="en"
# ## How this works
#
# - Every student has a district of their own: **your numbers differ from your neighbour's**.
# - Each question has a cell with three dots, `...`. Put your calculation or your answer in their place; you may add
#   lines above it. Keep the name before the `=`: the check looks for it.
# - Run a cell with **Shift + Enter**. The cell below each answer checks it. `✔` means correct, `✘` not yet, `○` not
#   attempted.
# - Stuck? In the checking cell, delete the `#` before `q1.hint()` and run the cell again. Each further run shows one
#   more hint. `q1.solution()` shows how it can be done.
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

exercise = crm.exercise("11", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# ## Question 1 · Are we ahead?
#
# *{points q1}.* `bank.market_study` has one row per rater and bank, with eight ratings from 1 to 10: what customers get
#  (`product`, `service`, `personnel`, `image`) and what it costs them (`money_cost`, `time_cost`, `energy_cost`,
#  `psychic_cost`; high is costly). **By how many points is Harbour Bank ahead of Pearl Bank in delivered value**, on
#  average over all raters? Below 0 if it is behind. Give two decimals or more.

# %%
### BEGIN SOLUTION
study = bank.market_study
gets = study[["product", "service", "personnel", "image"]].sum(axis=1)
pays = study[["money_cost", "time_cost", "energy_cost", "psychic_cost"]].sum(axis=1)
by_bank = (gets - pays).groupby(study["bank"].astype("str")).mean()
ahead_of_pearl = by_bank["Harbour Bank"] - by_bank["Pearl Bank"]
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · How far do we call?
#
# *{points q2}.* This cell sorts the customers of the end of 2025 into tiers by fixed money cuts. Head office has
#  measured that a call saves **2 in 100** of the customers called, in every tier, and what a saved customer is worth. A
#  call costs ¥60. Each row adds a tier to those above it: `customers` called so far, their `gain` and `cost`, in yuan. (All
#  customers of a tier count here; who has agreed to be called is question 4.)

# %%
by_fate = ["death", "moved abroad", "closed by bank"]
customers = bank.customers.assign(own=~bank.customers["exit_reason"].isin(by_fate))
end = crm.year_end(customers, bank.months, 2025)
worth = pd.Series({"Top": 56_000, "Big": 22_000, "Medium": 7_900, "Small": 1_400})
heads = end.customers["tier"].value_counts()[worth.index]
levels = pd.DataFrame({"customers": heads, "gain": 0.02 * heads * worth, "cost": 60 * heads}).cumsum()
levels

# %% [markdown] lang="en"
# **How many customers should be called, by the marginal rule?**

# %%
### BEGIN SOLUTION
steps = crm.marginal_rule(levels)
to_call = steps.loc[steps["go"], "customers"].max()
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · A bond at ¥300
#
# *{points q3}.* Mr Tang's bond costs **¥300 per customer and year**. Assume that it keeps **30 % of those who would
#  leave** in a year. Take as the share who would leave: of the customers there on 1 January 2025, those who left in
#  2025, for whatever reason. (`joined` before that day; `left` not before it.) **What must one saved customer bring, in
#  yuan, for the bond to pay?** Give it to the nearest yuan or more exactly.

# %%
### BEGIN SOLUTION
there = customers[(customers["joined"] < "2025-01-01") & ~(customers["left"] < "2025-01-01")]
share_who_leave = (there["left"] < "2026-01-01").mean()
saved_of_100 = 100 * share_who_leave * 0.3
break_even = 100 * 300 / saved_of_100
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · Whom does the money reach?
#
# *{points q4}.* All ¥30,000 of a year go to calls at ¥60, spread over the customers who may be called: those who are
# customers at the end of 2025 (in `end.customers`; who came back is one) and have a valid consent in `bank.consents`
# to `purpose` "marketing" by `channel` "phone" (`withdrawn` is empty). The share reached is $1 - e^{-x/(c\,n)}$, as
# in the lesson. **What percentage of them is reached?** Give percent, with one decimal or more.

# %%
bank.consents.head(4)

# %%
### BEGIN SOLUTION
yes = bank.consents[bank.consents["withdrawn"].isna()]
yes = yes[(yes["purpose"] == "marketing") & (yes["channel"] == "phone")]
n = end.customers["customer"].isin(yes["customer"]).sum()
reached_percent = 100 - 100 * np.exp(-30_000 / 60 / n)
### END SOLUTION

# %%
q4 = exercise.q4
q4.check()
# q4.hint()
# q4.solution()

# %% [markdown] lang="en"
# Nearly half of the questions are behind you. How far are you?

# %%
exercise.progress()

# %% [markdown] lang="en"
# ## Question 5 · Who moves up by himself?
#
# *{points q5}.* `end.customers` has the tier of each customer at the end of 2025; this cell adds the end of 2024.

# %%
before = crm.year_end(customers, bank.months, 2024)
before.customers[["customer", "tier"]].head(4)

# %% [markdown] lang="en"
# **Of the customers who were Medium at the end of 2024, what percentage was Big or Top at the end of 2025?** Give
#  percent, with one decimal or more.

# %%
### BEGIN SOLUTION
medium = before.customers.query("tier == 'Medium'")["customer"]
upper = end.customers.query("tier in ['Top', 'Big']")["customer"]
moved_up_percent = 100 * medium.isin(upper).sum() / len(medium)
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · All on keeping?
#
# *{points q6}.* Now the simulator. `start`: your customers at the end of 2025. `behaviour`: how they move, counted from
#  your ledger; what the levers do, head office has measured (the same for all districts; calls go to every tier).

# %%
win_back = bank.campaign_members[bank.campaign_members["campaign"] == "win-back"]
responses = crm.small_bank()[1].responses
behaviour = crm.fit_behaviour(customers, bank.months, bank.years, responses, win_back=win_back)
start = end.start
behaviour

# %% [markdown] lang="en"
# **What does the plan "¥30,000 a year on keep, five years" gain against spending nothing**, in expected customer
#  equity? Use `crm.make_plan` and `crm.compare_plans` with `chance=False`, and leave its other settings as they are.
#  Give yuan (below 0 if the plan loses), to the nearest yuan or more exactly.

# %%
### BEGIN SOLUTION
nothing, calls = crm.make_plan(30_000, {}), crm.make_plan(30_000, {"keep": 1.0})
plans = {"nothing": nothing, "calls": calls}
met = crm.compare_plans(start, plans, behaviour, budget=30_000, chance=False)
gain_of_calls = met.loc[met["plan"] == "calls", "gain"].iloc[0]
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · The next yuan
#
# *{points q7}.* Mr Tang gives in a little: 80 % on keep, 20 % on win-back. **On top of that plan, what would one more yuan
# a year bring on the lever where it brings most?** (Note which lever that is, for your advice.) Use `crm.next_yuan`
# with `step=1_000`, and leave its other settings as they are. Give yuan, with two decimals or more.

# %%
### BEGIN SOLUTION
softer = crm.make_plan(30_000, {"keep": 0.8, "win_back": 0.2})
at_the_margin = crm.next_yuan(start, softer, behaviour, step=1_000)
best = at_the_margin.loc[at_the_margin["gain"].idxmax()]
best_lever = best["lever"]
best_next = best["gain"]
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · "The offer moves customers up"
#
# *{points q8}.* In July 2023 customers without an insurance were offered one; others on the list, **drawn by lot**,
#  were not. This cell compares the tiers of both arms before (April to June 2023) and a year later. The rates, in %:
#  who moved up a tier. `uplift`: their difference in points, with its interval from `low` to `high`, of 99 %.

# %%
cuts = [2_000, 8_000, 25_000]
listed = bank.campaign_members[bank.campaign_members["campaign"] == "cross-sell"]
listed = listed.astype({"customer": "int64"}).set_index("customer")
for name, year in [("before", 2023), ("after", 2024)]:
    spring = bank.months[bank.months["month"].between(f"{year}-04-01", f"{year}-06-01")]
    listed[name] = 12 * spring.groupby("customer")["revenue"].mean()
listed = listed.dropna(subset=["before", "after"]).reset_index()
listed["outcome"] = np.digitize(listed["after"], cuts) > np.digitize(listed["before"], cuts)
offer = crm.campaign_uplift(listed, level=0.99, wanted="more")
100 * offer[["treated_rate", "control_rate", "uplift", "low", "high"]]

# %% [markdown] lang="en"
# **What does the offer do to moving up?** Answer with one letter in quotes, such as `"d"`.
#
# {options q8}

# %%
### BEGIN SOLUTION
offer_moves_up = "a"
### END SOLUTION

# %%
q8 = exercise.q8
q8.check()
# q8.hint()
# q8.solution()

# %% [markdown] lang="en"
# ## Question 9 · Advise the manager
#
# *{points q9}.* **What do you tell Mr Tang about his plan?** Write 80 to 150 words in place of the three dots, between
#  the two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q9}

# %%
### BEGIN SOLUTION
advice = f"""Do not spend all ¥30,000 a year on calls to everybody: against spending nothing
that changes customer equity by ¥{gain_of_calls:,.0f}. Of the {to_call:,.0f} customers of
the upper three tiers call those who agreed; the next step, the Small ones, costs more than
it gains, though the average over all calls looks fine. Move money to the lever
"{best_lever}": with 80 % on keep, one more yuan there brings ¥{best_next:.2f}. Stop where
the next yuan brings the same on every lever. The bond at ¥300 pays only for customers who
bring ¥{break_even:,.0f} or more once saved: not for all. Against Pearl Bank we are
{ahead_of_pearl:+.2f} points in delivered value: say what comes from giving more and what
from asking less. Whether the insurance offer moves anybody up these data cannot tell; make
it to more customers, drawn by lot, before it gets money for that."""
### END SOLUTION

# %%
q9 = exercise.q9
q9.check()
# q9.hint()
# q9.rubric()

# %% [markdown] lang="en"
# ## Check everything
#
# Run this cell when you think you are done. Before you hand in: save the notebook (**Ctrl + S**, on a Mac **Cmd + S**).

# %%
exercise.check_all()
