# ---
# jupyter:
#   crm:
#     concepts: [A10, A12, A13]
#     exercise: "06"
#     minutes: 60
#     title: "Exercise 06: Satisfaction"
# ---

# %% [markdown] lang="en"
# # Exercise 06 · Satisfaction
#
# **What may the press release say?**
#
# *About 60 minutes. Before it: lesson [06 Satisfaction](../06_satisfaction.ipynb).*
#
# ## The case
#
# Ms Zhou answers for quality in a district of **Harbour Bank**. The survey of October 2025 is in, and the director has drafted a
# press release:
#
# > 1. *We give our customers more than they expect: satisfaction, as perception divided by expectation, is above 1.*
# > 2. *In net promoter score we are `[above / below / level with]` Riverside Bank, whose score is 30.*
# > 3. *On a scale from 1 to 10 our customers give us `[mean of the answers]`.*
#
# It goes out on Friday. He asks Ms Zhou to "put in the numbers". She asks you, the new analyst: which sentence is true?

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

exercise = crm.exercise("06", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district. You need three: `bank.invitations`, `bank.survey`, and `bank.customers`. The survey has
# been held three times; the column `wave` is the year. Some of its columns:

# %%
columns = ["wave", "followed_up", "e_emp4", "e_emp5", "p_emp5", "sat_overall", "recommend"]
bank.describe("survey").loc[columns, ["type", "meaning"]]

# %% [markdown] lang="en"
# ## Question 1 · Who answered?
#
# *{points q1}.* Before you trust a survey, ask who is in it. `bank.invitations` has one row per customer invited and wave. Of those
# who did not answer, the bank drew a few by lot and phoned them: `followed_up`. **What percentage of those invited in 2025 answered
# the invitation itself, without a phone call?** Give *percent* (25, not 0.25), with two decimals or more.

# %%
### BEGIN SOLUTION
asked = bank.invitations.query("wave == 2025")
response_percent = asked["answered"].sum() / len(asked) * 100
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · The empathy gap
#
# *{points q2}.* Take everybody who answered in **2025**, the phoned included. Five items ask for *empathy*: do the bank's people
# understand me? Each is asked twice, as expectation (`e_emp1` to `e_emp5`) and as perception (`p_emp1` to `p_emp5`). Average each
# customer's five answers. **What is the mean gap, perception minus expectation?** Give points of the scale, with three decimals
# or more.
#
# Read once more what the table above says about item 5.

# %%
### BEGIN SOLUTION
survey = bank.survey.query("wave == 2025")
five = {side: [f"{side}_emp{item}" for item in range(1, 6)] for side in "ep"}
scored = crm.item_scores(survey, five, reverse=["e_emp5", "p_emp5"]).customers
empathy_gap = scored["p"].mean() - scored["e"].mean()
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · The director's ratio
#
# *{points q3}.* For his first sentence the director uses all 22 pairs of items (`e_...` and `p_...`, item 5 of empathy turned
# round). The survey office numbers the boxes 1 to 7. The agency that prints the release numbers the **same boxes 0 to 6**. **What
# is the mean of perception / expectation over the customers of 2025 then?** Average each customer's 22 expectations and 22
# perceptions, renumber, divide for each customer, and take the mean of these ratios. Three decimals or more.

# %%
### BEGIN SOLUTION
straight = survey.assign(e_emp5=8 - survey["e_emp5"], p_emp5=8 - survey["p_emp5"])
expected = straight.filter(regex="^e_").mean(axis=1) - 1
perceived = straight.filter(regex="^p_").mean(axis=1) - 1
ratio_0_to_6 = (perceived / expected).mean()
gap_22 = (perceived - expected).mean()
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · A measure for sentence 1
#
# *{points q4}.* The board still wants one number that compares perception with expectation. **Which one may it be?** Answer with
# one letter in quotes, such as `"a"`.
#
# {options q4}

# %%
# Space for trying it out

# %%
### BEGIN SOLUTION
measure = "c"
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
# ## Question 5 · How sure is the net promoter score?
#
# *{points q5}.* Sentence 2. Take those who answered the invitation in 2025 (not the phoned). Who marks 9 or 10 for `recommend` gets
# +100 points, 7 or 8 gets 0, 0 to 6 gets −100. The net promoter score is the mean of the points, so it has a standard error:
#
# $$ \text{error} = \frac{s}{\sqrt{n}} \cdot \sqrt{1 - \frac{n}{N}} $$
#
# with $s$ the standard deviation of the points, $n$ those who answered, and $N$ the customers who could have been asked:

# %%
present = bank.customers.query("joined < '2025-08-01' and not left < '2025-10-01'")
len(present)

# %% [markdown] lang="en"
# **How large is the standard error of the net promoter score of 2025?** Give points, with two decimals or more.

# %%
### BEGIN SOLUTION
answered = survey[~survey["followed_up"]]["recommend"]
points = 100.0 * (answered >= 9) - 100.0 * (answered <= 6)
n = len(points)
nps_error = points.std() / n**0.5 * (1 - n / len(present)) ** 0.5
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · What the silent think
#
# *{points q6}.* Sentence 3. Those who answered the invitation are not everybody. The phoned were drawn by lot from the silent, and all
# of them answered: they stand for **all of the silent**. **What is the mean of `sat_overall` in 2025 over all who were invited, as
# estimated with the phoned?** Give points of the scale from 1 to 10, with three decimals or more.

# %%
### BEGIN SOLUTION
came = survey.loc[~survey["followed_up"], "sat_overall"].mean()
phoned = survey.loc[survey["followed_up"], "sat_overall"].mean()
share = response_percent / 100
mean_of_all = share * came + (1 - share) * phoned
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · Against a rival
#
# *{points q7}.* Sentence 2 again. Riverside Bank reached **all** its customers, and its score is 30: take that as exact. Your own
# score in 2025, with 95 % intervals: as the answers came, and with the phoned, who stand for the silent.

# %%
wave = bank.survey.query("wave == 2025").copy()
wave["points"] = 100.0 * (wave["recommend"] >= 9) - 100.0 * (wave["recommend"] <= 6)
sent = bank.invitations.query("wave == 2025")
scores = crm.nonresponse_check(wave, sent, "points", scale=(-100, 100), population=len(present))
scores[["method", "answers", "mean", "low", "high"]]

# %% [markdown] lang="en"
# **Which word may stand in the sentence? "In net promoter score we are ... Riverside Bank."** Answer with one letter. *(Some districts
# can tell, others cannot: your neighbour's letter need not be yours.)*
#
# {options q7}

# %%
### BEGIN SOLUTION
all_customers = scores.set_index("method").loc["with the follow-up"]
against_riverside = "d"
if all_customers["low"] > 30:
    against_riverside = "a"
if all_customers["high"] < 30:
    against_riverside = "b"
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · Advise the manager
#
# *{points q8}.* **What do you tell Ms Zhou about the three sentences?** Write 80 to 150 words in place of the three dots, between
# the two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q8}

# %%
### BEGIN SOLUTION
verdict = {
    "a": "may say above",
    "b": "may say below, or go",
    "d": "goes, since that interval holds 30",
}[against_riverside]
advice = f"""Sentence 1 goes. The ratio hangs on how the boxes are numbered: from 0 to 6
it is {ratio_0_to_6:.3f}, from 1 to 7 it is another number. Print the gap of the same 22
questions instead: in 2025 perception and expectation differed by {gap_22:+.2f} points on
the 1-7 scale; for empathy alone by {empathy_gap:+.2f}. Sentence 2: of all customers, the
silent included, the net promoter score lies between {all_customers["low"]:.0f} and
{all_customers["high"]:.0f}, so the sentence {verdict}. The standard error of
{nps_error:.1f} knows only those who answered. Sentence 3 stays with another number: the
{response_percent:.0f} % who answered the invitation give {came:.2f} of 10; with the
phoned, who stand for the silent, it is {mean_of_all:.2f}. The survey cannot tell whether
a voice on the telephone made people kinder: phone some who have answered in writing."""
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
