# ---
# jupyter:
#   crm:
#     concepts: [B2.1, B2.3, B3.1, B3.2, B3.S2, B3.S5]
#     exercise: "13"
#     minutes: 60
#     title: "Exercise 13: Utility case"
# ---

# %% [markdown] lang="en"
# # Exercise 13 · Utility case
#
# **The town's own power company: prices by the hour?**
#
# *About 60 minutes. Before it: lesson [13 Utility case](../13_utility_case.ipynb).*
#
# ## The case
#
# A town has a power company of its own, with 600 customers. Its market opened like Delta Power's: industry in January 2024, commerce in
# October 2024, homes never. Time-of-use prices began in July 2024, for some by lot, for others by choice. The council has a paper:
#
# > *Homes on the new prices use much less at peak, and homes gain on average. In the dear tier people should simply cook at night. Our
# > service centre resolves nine of ten contacts at once, and our customers are loyal: commerce leaves us no more than before.*
#
# It votes on Friday. You are asked to check the paper first.

# %% [markdown] lang="en"
# ## How this works
#
# - Every student has a town of their own: **your numbers differ from your neighbour's**.
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

exercise = crm.exercise("13", student)
bank = exercise.data
number = int(bank.years["app_sessions"].sum())
town = crm.simulate_utility(customers=600, seed=number, hourly=False)
town.customers[["customer", "class", "segment", "tariff", "tou_arm"]].head(3)

# %% [markdown] lang="en"
# Your id draws a bank, as in the other exercises. Here the bank only lends a **number**, and the number draws your town. Its tables are
# those of the lesson: `town.customers`, `town.bills`, `town.tariffs`, `town.contacts`, `town.audits`.

# %%
home = {"peak": 200 + number % 97, "flat": 150 + number % 53, "valley": 60 + number % 41}
moved = 20 + number % 37
print("kWh of the home:", home, "| kWh it moves:", moved)

# %% [markdown] lang="en"
# ## Question 1 · A bill
#
# *{points q1}.* The line above shows one home's month in kWh. Its tariff is **home time-of-use**: ¥0.78 at peak,
# ¥0.52 in flat hours, ¥0.22 in the valley; besides, ¥0.05 is added to each kWh above 260 and up to 400, and ¥0.30 to
# each above 400. **What is its bill?** Give yuan, with two decimals.

# %%
### BEGIN SOLUTION
kwh = pd.DataFrame({"kwh_peak": [home["peak"]], "kwh_flat": home["flat"], "kwh_valley": home["valley"]})
home_bill = crm.bill(kwh.assign(tariff="home time-of-use"), town.tariffs)["amount"].iloc[0]
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · It cooks at night
#
# *{points q2}.* The home moves `moved` kWh from peak to valley hours. **By how many yuan does the bill fall?** Give two decimals.

# %%
### BEGIN SOLUTION
after = kwh.assign(kwh_peak=kwh["kwh_peak"] - moved, kwh_valley=kwh["kwh_valley"] + moved)
both = pd.concat([kwh, after]).assign(tariff="home time-of-use")
saved = -crm.bill(both, town.tariffs)["amount"].diff().iloc[-1]
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · Do the prices cut the peak?
#
# *{points q3}.* Take the homes (`class` is `"residential"`) and their bills. **What did time-of-use prices do to the
# share of use at peak, by the lot?** Compare the `change` from before July 2024 to after of `"trial time-of-use"` and
# `"trial control"`. Give the difference of the logarithms times 100, as the lesson's function gives it (−4.0, not
# −0.04), with one decimal or more.

# %%
### BEGIN SOLUTION
homes = town.customers[town.customers["class"] == "residential"]
theirs = town.bills.merge(homes[["customer", "tou_arm"]], on="customer")
change = crm.peak_share_change(theirs, "2024-07-01").customers.merge(homes[["customer", "tou_arm"]])
means = change.groupby(change["tou_arm"].astype(str))["change"].mean()
by_lot = 100 * (means["trial time-of-use"] - means["trial control"])
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · And before?
#
# *{points q4}.* The paper says that homes on the new prices use much less at peak. **How did the homes that opted in differ
# from those with `"none"` *before* July 2024?** Compare the column `before` of the same table, `"opted in"` less `"none"`. Give
# the difference of the logarithms times 100 again, with one decimal or more.

# %%
### BEGIN SOLUTION
earlier = change.groupby(change["tou_arm"].astype(str))["before"].mean()
before_points = 100 * (earlier["opted in"] - earlier["none"])
### END SOLUTION

# %%
q4 = exercise.q4
q4.check()
# q4.hint()
# q4.solution()

# %% [markdown] lang="en"
# ## Question 5 · Who loses?
#
# *{points q5}.* The council thinks of the new prices for **every home that is now on "home tiered"**. This cell holds
# their bills of 2025, with costs of 0: it looks at the customers' side alone, not at the town's margin.

# %%
year = town.bills[(town.bills["month"] >= "2025-01-01") & (town.bills["tariff"] == "home tiered")]
year = year.assign(cost_peak=0.0, cost_flat=0.0, cost_valley=0.0)
print(f"{year['customer'].nunique()} homes, {len(year):,} bills")

# %% [markdown] lang="en"
# **What percentage of these homes would pay more over the year** on `"home time-of-use"`, if everybody shifts with an
# elasticity of **0.1**? Give percent (35.0, not 0.35), with one decimal or more. Look, for question 9, which `segment` of
# homes they belong to.

# %%
### BEGIN SOLUTION
on_paper = crm.tariff_change(year, town.tariffs, "home time-of-use", elasticity=0.1)
losers_percent = 100 * (on_paper["after"] > on_paper["before"]).mean()
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · "Homes gain on average"
#
# *{points q6}.* The same calculation, all homes. **How many yuan a year does a home gain on average?** Below 0 would be a
# loss. Give two decimals.

# %%
### BEGIN SOLUTION
mean_gain = (on_paper["before"] - on_paper["after"]).mean()
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · Nine of ten?
#
# *{points q7}.* Agents code each contact as resolved or open. In `town.audits` customers, drawn by lot, say themselves. **By how many
# percentage points does the coded share exceed the audited one**, over all three years? Give points, with one decimal or more.

# %%
### BEGIN SOLUTION
coded = town.contacts["coded"].dropna() == "resolved"
gap_points = 100 * (coded.mean() - town.audits["resolved"].mean())
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · Loyal commerce
#
# *{points q8}.* **By how many percentage points a year did the opening of October 2024 raise leaving in commerce?**
# Follow customers by quarter from 2023-01-01 to 2026-01-01; homes are the control group. Give points, with one
# decimal or more.

# %%
### BEGIN SOLUTION
panel = crm.exit_panel(town.customers, "2023-01-01", "2026-01-01")
late = panel["period"] >= "2024-10-01"
leaving = 400 * panel.groupby([panel["class"], late])["left"].mean().unstack()
step = leaving[True] - leaving[False]
opening_points = step["commercial"] - step["residential"]
### END SOLUTION

# %%
q8 = exercise.q8
q8.check()
# q8.hint()
# q8.solution()

# %% [markdown] lang="en"
# ## Question 9 · Advise the council
#
# *{points q9}.* **What do you tell the council about prices by the hour, and about its paper?** Write 80 to 150 words
# in place of the three dots, between the two lines of quotes. A council reads percent, not logarithms: with *x* of question
# 3 or 4 it is 100 · (exp(*x* / 100) − 1). Your instructor reads the text and marks it like this:
#
# {rubric q9}

# %%
### BEGIN SOLUTION
import numpy as np

lot, earlier_percent = (-100 * np.expm1(one / 100) for one in (by_lot, before_points))
who = on_paper.merge(town.customers[["customer", "segment"]])
losing = (who["after"] > who["before"]).groupby(who["segment"].astype(str)).mean()
advice = f"""Do not offer the prices by free choice. Homes that opted in had a share at peak that
was {earlier_percent:.0f} % lower already before; the price itself cut it by {lot:.1f} % (homes with and
without, drawn by lot). Do not vote for all homes yet either: on paper a home gains ¥{mean_gain:.0f} a
year on average, but {losers_percent:.0f} % would pay more, most often the segment "{losing.idxmax()}"
({100 * losing.max():.0f} % of it). Nobody has computed the town's margin, the meters, or how homes in
hardship fare: ask for these first. Then begin in districts drawn by lot: that shows whether homes that
are forced shift as those in the trial; these data cannot tell. Cooking at night does nothing to a tier.
The nine of ten is the agents' code, {gap_points:.0f} points above what customers say. And the opening
raised leaving in commerce by {opening_points:.0f} points a year."""
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
