# ---
# jupyter:
#   crm:
#     concepts: [C5, C6]
#     exercise: "04"
#     minutes: 60
#     title: "Exercise 04: Value quadrants"
# ---

# %% [markdown] lang="en"
# # Exercise 04 · Value quadrants
#
# **Close the small accounts?**
#
# *About 60 minutes. Before it: lesson [04 Value quadrants](../04_value_quadrants.ipynb).*
#
# ## The case
#
# January 2025. Mr He heads a district of **Harbour Bank**. Head office asks him to vote for this motion on Friday:
#
# > *We live on our strategic customers. The small accounts lose money, as the slide shows: let us close them. Profit rises by
# > what they lose, and nobody will miss them.*
#
# He asks you, the new analyst, what would really happen to profit, and whom the district lives on.

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

exercise = crm.exercise("04", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district, as in the lesson. `base` has one row per *personal* customer who was still there at the
# start of 2025, with what he brought in 2024 and what he had at the end of it. All questions are about these customers. `small`
# marks the accounts of the motion: a contribution below ¥40, no loan, no adviser.

# %%
people = bank.customers.query("kind == 'personal'")
here = people[~(people["left"] < pd.Timestamp("2025-01-01"))]
wallets = bank.wallets.query("year == 2024")[["customer", "wallet", "assets_here"]]
base = bank.years.query("year == 2024").merge(here).merge(wallets)
advisers = bank.bonds.query("bond == 'adviser' and since < '2025-01-01'")
adviser = base["customer"].isin(advisers["customer"])
base["small"] = (base["contribution"] < 40) & (base["expected_loss"] == 0) & ~adviser
base[["customer", "contribution", "overhead", "profit", "wallet", "assets_here", "small"]].head(4)

# %% [markdown] lang="en"
# ## Question 1 · The money elsewhere
#
# *{points q1}.* Estimate the potential as in the lesson: of what a customer has at *other* banks (his `wallet` less `assets_here`),
# one yuan in ten could be won, and each yuan brings 1 fen (¥0.01) a year. **What is the potential of all customers of `base`
# together?** In yuan a year, to the yuan or more exactly.

# %%
### BEGIN SOLUTION
estimate = crm.potential_value(base, margin_rate=0.01, win_share=0.10)
potential_total = estimate.table["potential_estimate"]
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · Customers in a quadrant
#
# *{points q2}.* Head office cuts with fixed amounts: current value is *high* from a `contribution` of ¥150 on, potential is *high* from
# an estimate of ¥30 on. *Risk* customers have a low current value and a high potential, as in the lesson. **How many
# customers of `base` are risk customers?**

# %%
### BEGIN SOLUTION
base["potential"] = estimate.customers["potential_estimate"]
axes = {"current": "contribution", "potential": "potential"}
fixed = crm.value_quadrants(base, **axes, cut="money", current_cut=150, potential_cut=30)
risk_customers = fixed.table.set_index("quadrant").at["risk", "customers"]
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · "We live on our strategic customers"
#
# *{points q3}.* Now cut both axes at the **median**, as in the lesson. **What percentage of the contribution of all customers do the
# strategic ones bring?** Give *percent* (25, not 0.25), with one decimal or more. (It may exceed 100: some customers bring less
# than nothing.)

# %%
### BEGIN SOLUTION
rich = base["contribution"] >= base["contribution"].median()
promising = base["potential"] >= base["potential"].median()
strategic_percent = 100 * base.loc[rich & promising, "contribution"].sum() / base["contribution"].sum()
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · The slide
#
# *{points q4}.* This is the slide of head office:

# %%
slide = base[base["small"]]
print(f"{len(slide)} small accounts lose ¥{-slide['profit'].sum():,.0f} a year")

# %% [markdown] lang="en"
# Suppose that the small accounts are closed, and that nobody else leaves. Head office and the systems cost as much as before.
# **By how much does the yearly profit of the district change?** In yuan a year, to the yuan or more exactly; a minus means that
# profit falls.

# %%
### BEGIN SOLUTION
bridge = crm.fire_customers(base, "small").table["amount"]
change_of_profit = bridge.iloc[-1] - bridge.iloc[0]
### END SOLUTION

# %%
q4 = exercise.q4
q4.check()
# q4.hint()
# q4.solution()

# %% [markdown] lang="en"
# More than half of the questions are behind you. How far are you?

# %%
exercise.progress()

# %% [markdown] lang="en"
# ## Question 5 · How much hangs on the cuts?
#
# *{points q5}.* "Then at least let each quadrant have its own letter", says Mr He. Start from the quadrants of question 3, cut at the
# medians. The contribution holds estimates (the expected credit loss, ¥15 for every visit), so say that it is uncertain by a tenth; the
# potential is a guess, uncertain by half. So raise the cut of the current value to **1.1 times** its median and, at the same time,
# that of the potential to **1.5 times** its median. **How many customers are then in another quadrant than before?**

# %%
### BEGIN SOLUTION
still_rich = base["contribution"] >= 1.1 * base["contribution"].median()
still_promising = base["potential"] >= 1.5 * base["potential"].median()
change_quadrant = ((rich != still_rich) | (promising != still_promising)).sum()
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · "Nobody will miss them"
#
# *{points q6}.* Customers have families. These people share a household with a small customer and are not small themselves:

# %%
found = crm.fire_customers(base, "small", household="household").customers
tied = found[found["tied"]]
print(f"{len(tied)} relatives bring ¥{tied['contribution'].sum():,.0f} a year")

# %% [markdown] lang="en"
# Closing the small accounts loses what they contribute (question 4). Each relative who follows takes his own contribution along;
# suppose that he brings as much as the mean of them. **From how many followers on, of every hundred relatives, does the district
# lose more through them than through the small accounts themselves?** Answer with one letter in quotes, such as `"a"`.
#
# {options q6}

# %%
### BEGIN SOLUTION
per_hundred = 100 * -change_of_profit / tied["contribution"].sum()
borders = [("a", 0.75), ("b", 1.5), ("c", 3), ("d", float("inf"))]
who_follows = next(letter for letter, border in borders if per_hundred < border)
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · Advise the manager
#
# *{points q7}.* **How should Mr He vote, and what should the district do instead or besides?** Write 80 to 150 words in place of the
# three dots, between the two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q7}

# %%
### BEGIN SOLUTION
advice = f"""Vote no. The slide shows profit after overhead. Had we closed the small
accounts, the district's profit of 2024 would have changed by ¥{change_of_profit:,.0f}: they
contribute, and head office costs the same without them. Their {len(tied)} relatives bring
¥{tied["contribution"].sum():,.0f} a year: if {per_hundred:.1f} in a hundred follow, the
loss has doubled. How many would, the data cannot tell, since nobody was sent away; if it
must be known, close a few, drawn by lot, and watch their families for a year. Cheaper is to
let small customers do more by app, and to charge those who still cost money what they cost.
Do more for the strategic customers: they bring {strategic_percent:.0f} % of the
contribution. But send no letters by quadrant alone: {change_quadrant} customers of
{len(base):,} change sides if the cuts rise to 1.1 and 1.5 times the medians."""
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.rubric()

# %% [markdown] lang="en"
# ## Check everything
#
# Run this cell when you think you are done. Before you hand in: save the notebook (**Ctrl + S**, on a Mac **Cmd + S**).

# %%
exercise.check_all()
