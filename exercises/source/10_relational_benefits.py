# ---
# jupyter:
#   crm:
#     concepts: [E2, E3, E5, E6e]
#     exercise: "10"
#     minutes: 60
#     title: "Exercise 10: Relational benefits"
# ---

# %% [markdown] lang="en"
# # Exercise 10 · Relational benefits
#
# **Two programmes, one budget: what binds, and what only goes to the bound?**
#
# *About 60 minutes. Before it: lesson [10 Relational benefits](../10_relational_benefits.ipynb).*
#
# ## The case
#
# Ms Tang runs the customer programmes in a district of **Harbour Bank**. Two proposals lie on her desk. Each costs ¥80 per
# customer and year:
#
# > ***Discounts** for 1,000 more customers. The survey proves it: who gets more discounts likes us more.*
# >
# > ***Special treatment** for 1,000 more customers: quicker service, an appointment on the same day. It was tried by lot.*
#
# A third paper says that customers who run their salaries through the bank "practically never leave". On Friday she must
# decide. She asks you, the new analyst, what the numbers prove.

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

exercise = crm.exercise("10", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district, as in the lesson. The survey is held every October; the column `wave` is the year.
# *Discounts*, as customers notice them, is the mean of the items `eco1` and `eco2`; *attachment* that of `att1`, `att2`, `att3`.

# %%
columns = ["wave", "eco1", "eco2", "att1", "cnf1", "sat_overall", "int1"]
bank.describe("survey").loc[columns, ["type", "meaning"]]

# %% [markdown] lang="en"
# ## Question 1 · More discounts, more attached?
#
# *{points q1}.* Take the answers of **2025**. **By how many points does attachment rise, from customer to customer, with each point
# of discounts?** Give the slope of attachment on discounts, in points per point, with three decimals or more.

# %%
### BEGIN SOLUTION
survey = bank.survey[["customer", "wave"]].copy()
survey["discounts"] = (bank.survey["eco1"] + bank.survey["eco2"]) / 2
survey["attachment"] = bank.survey[["att1", "att2", "att3"]].mean(axis=1)
arrow = {"attachment": ["discounts"]}
by_crm = crm.path_model(survey.query("wave == 2025"), arrow, standard=False)
slope_between = by_crm.table["estimate"]
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · Each customer with himself
#
# *{points q2}.* Now take the customers who answered in **2024 and in 2025**. Of each, compute the *change* of discounts and the
# *change* of attachment from the first answer to the second. **What is the slope of the change of attachment on the change of
# discounts?** In points per point, with three decimals or more.

# %%
### BEGIN SOLUTION
wide = survey.query("wave >= 2024").pivot(index="customer", columns="wave").dropna()
both = ["discounts", "attachment"]
changes = pd.DataFrame({name: wide[name][2025] - wide[name][2024] for name in both})
slope_within = changes.cov().loc["discounts", "attachment"] / changes["discounts"].var()
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · Another reading
#
# *{points q3}.* The same two comparisons with the answers of all three surveys, in standard deviations: `alone` compares customers,
# `change` each customer with himself.

# %%
benefits = ["economic", "special", "community", "confidence"]
evidence = crm.benefit_evidence(bank.survey, benefits, "attachment").table
discounts = evidence.query("benefit == 'economic' and design in ['alone', 'change']")
discounts[["design", "estimate", "low", "high", "answers"]]

# %% [markdown] lang="en"
# **Suppose that discounts do nothing at all to attachment. What could still make the slope of question 1 as large as it is?** Answer
# with one letter in quotes, such as `"a"`.
#
# {options q3}

# %%
### BEGIN SOLUTION
other_reading = "d"
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · How does confidence work?
#
# *{points q4}.* "Then let us build confidence instead", says Ms Tang. "But how does it make customers want to stay?" Take the answers of
# **all three surveys**: *confidence* is the mean of `cnf1` and `cnf2`, *satisfaction* that of `sat_overall`, `sat_expected` and
# `sat_ideal`, *intention* that of `int1`, `int2` and `int3`. With the mediator satisfaction:
#
# $$ \text{satisfaction} = a \cdot \text{confidence} + \text{rest} \qquad
# \text{intention} = c' \cdot \text{confidence} + b \cdot \text{satisfaction} + \text{rest} $$
#
# No other variables, and no correction for error.
#
# **By how many points does a point of confidence raise intention *through satisfaction*?** All in points as they are, not in
# standard deviations; with three decimals or more.

# %%
### BEGIN SOLUTION
items = crm.benefits.BENEFIT_SCALES
chain = {"cause": "confidence", "through": ["satisfaction"], "effect": "intention"}
split = crm.mediate(bank.survey, **chain, scales=items, standard=False, resamples=100)
indirect = split.table.set_index("part").at["through satisfaction", "estimate"]
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
# ## Question 5 · "Payroll customers practically never leave"
#
# *{points q5}.* A rate of leaving is leavers over months. The third paper counted all months of customers who *ever* had the bond
# payroll (salaries or payables run through the bank). Do it properly.

# %%
bank.bonds.query("bond == 'payroll'").head(4)

# %% [markdown] lang="en"
# A bond holds in a month if it began (`since`) *before* the first day of the month, and had not ended (`until`) before that day. **In how
# many customer-months of 2025 did payroll hold?** Each bond counts once for each of the twelve months in which it held. A whole
# number.

# %%
### BEGIN SOLUTION
months = pd.DataFrame({"first": pd.date_range("2025-01-01", "2025-12-01", freq="MS")})
pairs = bank.bonds.query("bond == 'payroll'").merge(months, how="cross")
ends = pairs["until"].fillna(pd.Timestamp("2026-01-01"))
payroll_months = len(pairs[(pairs["since"] < pairs["first"]) & (pairs["first"] <= ends)])
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# And the claim itself? Leaving by one's own decision from 2023 to 2025, per year, in %, counted both ways:

# %%
by_fate = ["death", "moved abroad", "closed by bank"]
people = bank.customers.assign(own=~bank.customers["exit_reason"].isin(by_fate))
plan = {"observed_from": "2023-01-01", "as_of": "2025-12-31", "own_choice": "own"}
ever = crm.bond_hazard(people, bank.bonds, ["payroll"], ever=True, **plan).months
before = crm.bond_hazard(people, bank.bonds, ["payroll"], **plan).months
counted = pd.concat([ever, before]).set_index(pd.Index(["ever had payroll", "had it before"]))
100 * counted[["rate_with", "rate_without"]]

# %% [markdown] lang="en"
# "Practically never" is wrong either way. And no such table says why the rate is lower *with* payroll: perhaps those who mean to stay
# bring their salary.

# %% [markdown] lang="en"
# ## Question 6 · What the lot says
#
# *{points q6}.* In January 2024 the bank drew by lot who on a list of customers was offered special treatment: `arm` is *treated* for
# those who were, *control* for the others. `responded` says who took it, `outcome` who left within twelve months by his own
# decision.

# %%
offer = bank.campaign_members.query("campaign == 'special-offer'")
offer[["customer", "arm", "responded", "outcome"]].head(4)

# %% [markdown] lang="en"
# **How many of 1,000 customers did the offer keep, who would have left without it?** With one decimal or more. A minus would mean
# that more left.

# %%
### BEGIN SOLUTION
drawn = offer.assign(offered=offer["arm"] == "treated")
effect = crm.path_model(drawn, {"outcome": ["offered"]}, standard=False).table
kept_of_1000 = -1000 * effect.at[0, "estimate"]
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · At its true price
#
# *{points q7}.* "The branches have counted their hours", says Ms Tang. "The offer does not cost ¥80 a customer, it costs **¥120**." A
# customer who is kept is worth $m \, r / (1 + i - r)$, with the mean yearly contribution $m$ of your district, retention $r$ = 88 %
# and discount rate $i$ = 10 %. Take the customers who were here for the whole of 2023. The table holds what the offer must keep to
# pay its price (`needed`), how many of those not drawn left (`left`), and the 95 % interval of what the offer kept, from `low`
# to `high`: each per 1,000 customers. A minus means that more left.

# %%
year = bank.years.query("year == 2023 and months == 12")
worth = year["contribution"].mean() * 0.88 / (1 + 0.10 - 0.88)
lot = offer[offer["customer"].isin(year["customer"])]
lot = lot.assign(offered=lot["arm"] == "treated")
found = crm.path_model(lot, {"outcome": ["offered"]}, standard=False).table.iloc[0]
base = lot.loc[~lot["offered"], "outcome"].mean()
told = {"drawn": lot["offered"].sum(), "not drawn": (~lot["offered"]).sum(), "left": 1000 * base}
told |= {"needed": 120_000 / worth, "low": -1000 * found["high"], "high": -1000 * found["low"]}
pd.DataFrame([told]).round(1)

# %% [markdown] lang="en"
# **Does the offer pay at ¥120?** Answer with one letter.
#
# {options q7}

# %%
### BEGIN SOLUTION
at_120 = "b" if -found["low"] >= 120 / worth else "d"
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · Advise the manager
#
# *{points q8}.* **What do you tell Ms Tang about the two programmes?** Write 80 to 150 words in place of the three dots, between the
# two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q8}

# %%
### BEGIN SOLUTION
per_arm = crm.campaign_power(base, -120 / worth)["per_arm"].iloc[0]
low, high = f"{told['low']:.0f}", f"{told['high']:.0f}"
arms = f"{told['drawn']} and {told['not drawn']}"
at_its_price = {
    "b": f"""these data cannot tell, for the interval ({low} to {high}) holds it, and 0. To find
so many takes {per_arm:,} customers in each arm, not {arms}: draw lots in more districts, for
several years, and pool them""",
    "d": f"""even the best end of the interval ({low} to {high}) is below that. So not at this
price; whether it keeps anybody, these data cannot tell: only larger lots, pooled over
districts and years, would""",
}[at_120]
advice = f"""No discounts for another 1,000 customers now. Customers with a point more of
them are {slope_between.iloc[0]:.2f} points more attached, but perhaps the bank gives
discounts to those who like it: the number does not say. Compared with himself, a customer's
attachment changes by {slope_within:.2f} points per point, among {len(changes)} customers
only: too few to call it an effect. Whether they leave less, no lot has tested. Special
treatment kept {kept_of_1000:.0f} of 1,000 by lot, perhaps by chance. At ¥120 it must keep
{told["needed"]:.0f} of 1,000; {at_its_price}. Payroll customers leave less, but not never,
and that does not prove that payroll keeps them."""
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
