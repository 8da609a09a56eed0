# ---
# jupyter:
#   crm:
#     concepts: [E4, C9, C11, E7, B2.5, B2.6]
#     exercise: "07"
#     minutes: 60
#     title: "Exercise 07: Service quality and complaints"
# ---

# %% [markdown] lang="en"
# # Exercise 07 · Service quality and complaints
#
# **What stands behind a branch without complaints?**
#
# *About 60 minutes. Before it: lesson [07 Service quality and complaints](../07_service_quality.ipynb).*
#
# ## The case
#
# Ms Zhao runs service at **Harbour Bank**. The board still wants to give a *service prize* to a branch without a single
# complaint, this time in **your district**. And it has some money for service: for calls, for repairs, for a customer panel.
#
# She decides on Friday. She asks you, the new analyst: how much of what goes wrong do we hear of, where do we fall short,
# what is noise, and who deserves a prize?

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

pd.options.display.float_format = "{:,.3f}".format
pd.options.display.max_colwidth = 120

exercise = crm.exercise("07", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district, as in the lesson. `bank.problems` is the audit of three years, 2023 to 2025: one row
# per problem, whether anybody complained or not.

# %%
bank.describe("problems")[["type", "meaning"]]

# %% [markdown] lang="en"
# ## Question 1 · Read the table
#
# *{points q1}.* A problem is *heard of* when the customer complained (`voiced`). **Of all problems in the audit, how many
# per cent did the bank hear of?** Give *percent* (25, not 0.25), with one decimal or more.

# %%
### BEGIN SOLUTION
funnel = crm.complaint_funnel(bank.problems).table.set_index("stage")
heard_percent = 100 * funnel.at["voiced", "problems"] / funnel.at["problem", "problems"]
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · Whom to call
#
# *{points q2}.* Ms Zhao can have some customers called: those who **noticed** a problem in **2025**, **did not complain**, and
# whose problem was **not solved**. **Who are they?** Give their customer numbers: a list, or a column of a table. The order does
# not matter, and a number may stand there twice. (Whether they are still customers, the callers will see.)

# %%
### BEGIN SOLUTION
silent = bank.problems.query("noticed and not voiced and not resolved")
call_list = silent.loc[silent["date"].dt.year == 2025, "customer"]
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · Where do we fall short?
#
# *{points q3}.* `bank.survey` holds the 22 questions of SERVQUAL: what customers expect (`e_tan1` ...), what they perceive
# (`p_tan1` ...), and how many of 100 points they give each dimension (`imp_tan` ...). As in the lesson, question `emp5` is worded
# the other way round. **How large is the weighted gap over all dimensions,** of all answers of the three years? Below 0: less
# than expected. Give two decimals or more.

# %%
### BEGIN SOLUTION
scores = crm.servqual(bank.survey, reverse=["emp5"], wave="wave").table.set_index("dimension")
weighted_gap = scores.at["overall", "weighted_gap"]
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · Fall or noise?
#
# *{points q4}.* `bank.pulse` has each month's satisfaction (`mean_score`), the standard deviation between answers (`sd_score`) and
# their number (`answered`). The months **until June 2024** were calm: centre and standard deviation come from them. **Below which
# score does July 2025 deserve a meeting?** That is the lower limit of a control chart, at three standard errors, for as many
# answers as July 2025 had. Give one decimal or more.

# %%
### BEGIN SOLUTION
chart = crm.control_chart(bank.pulse, size="answered", spread="sd_score", baseline_until="2024-06-30")
lower_limit = chart.points.set_index("time").at[pd.Timestamp("2025-07-01"), "low"]
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
# ## Question 5 · Does an invitation keep customers?
#
# *{points q5}.* In January 2024 half of a list of customers, drawn by lot, were invited to a customer panel: the campaign `panel` in
# `bank.campaign_members`. `arm` is what the lot said, `responded` who of the invited came, `outcome` who left within twelve
# months. **By how many points did the invitation change the share of leavers?** If the share falls from 10 % to 8 %, the answer
# is −2. Give two decimals or more.

# %%
### BEGIN SOLUTION
drawn = bank.campaign_members.query("campaign == 'panel'")
invitation_points = 100 * crm.invitation_effect(drawn, "outcome")["effect"].iloc[0]
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · Behind the zero
#
# Here are the branches of your district without a complaint in three years, the one that loses fewest customers first. `churn`
# is the share that leaves in a year by their own choice; `churn_low` to `churn_high` is its 95 % interval.

# %%
people = bank.customers.copy()
not_chosen = ["death", "moved abroad", "closed by bank"]
people["own_choice"] = people["left"].notna() & ~people["exit_reason"].isin(not_chosen)
record = crm.branch_record(people, bank.problems, start="2023-01-01", as_of="2025-12-31")
without = record[record["complaints"] == 0].sort_values("churn")
without[["branch", "customers", "left", "churn", "churn_low", "churn_high", "problems"]]

# %% [markdown] lang="en"
# *{points q6}.* Take the branch of this table with the **most problems** in the audit. Nobody complained there. **How many of its
# problems did customers notice that were never solved?**

# %%
### BEGIN SOLUTION
worst = without.loc[without["problems"].idxmax(), "branch"]
behind_the_zero = len(bank.problems.query("branch == @worst and noticed and not resolved"))
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · Does silence drive them away?
#
# *{points q7}.* The lesson sorts branches without complaints by their road to zero. Here are the roads of your district, beside
# all the other branches. `churn` is per customer and year, with its 95 % interval.

# %%
road = crm.zero_complaint_roads(record, least_problems=10).set_index("branch")["road"].astype(str)
groups = {
    "who": people.assign(road=people["branch"].map(road).fillna("all others")),
    "what": bank.problems.assign(road=bank.problems["branch"].map(road).fillna("all others")),
}
by_road = crm.branch_record(
    groups["who"], groups["what"], start="2023-01-01", as_of="2025-12-31", by="road"
)
by_road[["road", "left", "churn", "churn_low", "churn_high", "unsolved_rate"]]

# %% [markdown] lang="en"
# Take the road **not spoken**: problems are noticed, unsolved, and nobody speaks. **By this table, do its branches lose more
# customers than all the others do?** Compare its interval with the churn of *all others*. Answer with one letter in quotes,
# such as `"a"`.
#
# {options q7}

# %%
### BEGIN SOLUTION
churn = by_road.set_index("road")
lowest, elsewhere = churn.at["not spoken", "churn_low"], churn.at["all others", "churn"]
silence_costs = "d" if lowest > elsewhere else "b"
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · Advise the manager
#
# *{points q8}.* **Who gets the prize, and what does Ms Zhao do first?** Write 80 to 150 words in place of the three dots, between
# the two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q8}

# %%
### BEGIN SOLUTION
solved, hidden = (
    ", ".join(map(str, sorted(road.index[road == one]))) for one in ("solved", "not noticed")
)
silent_road = ", ".join(map(str, sorted(road.index[road == "not spoken"])))
cost = "lose more customers than the others, interval and all: the reason may be the silence"
if silence_costs == "b":
    cost = "may or may not lose more customers than the others: these data cannot tell"
recommendation = f"""No prize for zero complaints. We hear of {heard_percent:.0f} of 100
problems; behind the zero of branch {worst} stand {behind_the_zero} problems that customers
noticed and nobody solved. Branches {silent_road}, where nobody speaks, {cost}. Branches
{solved} come to zero by solving; in {hidden} hardly anybody has noticed yet. If there must
be a prize, honour the solving. First call the {call_list.nunique()} customers of 2025 who
were let down and said nothing, and ask what would help. Then open a channel in branch
{worst}. Call no meeting over a fall that stays above the lower limit ({lower_limit:.1f}
points in July 2025): it may be noise. Whether the panel keeps customers
({invitation_points:+.1f} points), ask again with more of them. Pay branches for problems
found and solved, never for silence."""
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
