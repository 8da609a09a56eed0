# ---
# jupyter:
#   crm:
#     concepts: [A11, A16, A17, A18, A19]
#     exercise: "08"
#     minutes: 60
#     title: "Exercise 08: Loyalty types"
# ---

# %% [markdown] lang="en"
# # Exercise 08 · Loyalty types
#
# **A club for loyal customers: for whom, and at what price?**
#
# *About 60 minutes. Before it: lesson [08 Loyalty types](../08_loyalty.ipynb).*
#
# ## The case
#
# Ms Luo runs marketing in a district of **Harbour Bank**. She plans a *Gold Club* with a lounge and a personal greeting for everybody
# who keeps at least half of his money here. Her paper says:
#
# > *They are our loyal customers: who buys, likes us. Special treatment binds them even more. And if five points fewer
# > customers leave, profit rises.*
#
# She must tell the board on Friday whom the club is for, and what it may cost. She asks you, the new analyst, to check the
# paper before the board does.

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

exercise = crm.exercise("08", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district, as in the lesson. The survey has been held three times; the column `wave` is the year. The
# columns that you need:

# %%
columns = ["wave", "att1", "att2", "att3", "int1", "share_said", "stay_reason", "choice_available"]
bank.describe("survey").loc[columns, ["type", "meaning"]]

# %% [markdown] lang="en"
# ## Question 1 · Liking and buying
#
# *{points q1}.* Take the answers of **2025**. A customer is *attached* if the mean of `att1`, `att2` and `att3` is 5 or more, and
# *buys* here if `share_said`, the share of wallet, is 50 or more. **How many customers are attached and buy here?**

# %%
### BEGIN SOLUTION
survey = bank.survey.query("wave == 2025")
attached = survey[["att1", "att2", "att3"]].mean(axis=1) >= 5
buying = survey["share_said"] >= 50
attached_buyers = (attached & buying).sum()
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · How many of the club are loyal?
#
# *{points q2}.* The club would take in everybody who *buys* here. *Premium* loyalty is: attached, buying, **and** free to go. Who has no
# other bank to choose, or names "no alternative" as the reason to stay, is a customer of a monopoly. Cuts as in question 1, answers
# of 2025. **What percentage of those who buy here are premium?** Give *percent* (25, not 0.25), with one decimal or more.

# %%
### BEGIN SOLUTION
free = survey["choice_available"] & (survey["stay_reason"] != "no alternative")
premium_customers = (attached & buying & free).sum()
premium_percent = 100 * premium_customers / buying.sum()
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · Two lists called "latent"
#
# *{points q3}.* "Then let us invite the *latent* loyal, too", says Ms Luo. Head office makes its list by the rules of the textbook,
# you make yours by those of the literature: `crm.loyalty_rules("textbook")` and `crm.loyalty_rules("literature")`. Make both lists
# for 2025. **Who is on both?** Answer with one letter in quotes, such as `"a"`.
#
# {options q3}

# %%
# Space for the two lists

# %%
### BEGIN SOLUTION
lists = {}
for name in ("literature", "textbook"):
    people = crm.loyalty_types(survey, rules=crm.loyalty_rules(name)).customers
    lists[name] = set(people.loc[people["type"] == "latent", "customer"])
both_lists = "b" if not lists["literature"] & lists["textbook"] else "d"
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · "Who buys, likes us"
#
# *{points q4}.* Test the paper's first sentence. *Affective* loyalty is liking, *behavioural* loyalty is buying. **What is the
# correlation of attachment with the share of wallet** among the customers who answered in 2025? Give a number between −1 and 1, with
# three decimals or more.

# %%
### BEGIN SOLUTION
attachment = survey[["att1", "att2", "att3"]].mean(axis=1)
liking_and_buying = attachment.corr(survey["share_said"])
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
# ## Question 5 · Are the satisfied safe?
#
# *{points q5}.* "At least the satisfied stay", says Ms Luo. This cell follows each answer of 2023 and 2024 for twelve months.
# `satisfaction` runs from 0 to 100; `stayed` is 1 for who was still there, and 0 for who left by his own choice.

# %%
exits = bank.customers[["customer", "left"]].copy()
not_chosen = ["death", "moved abroad", "closed by bank"]
exits["own_choice"] = ~bank.customers["exit_reason"].isin(not_chosen)
earlier = crm.with_scales(bank.survey.query("wave < 2025"))
earlier["asked"] = pd.to_datetime(earlier["wave"].astype("str") + "-10-01")
followed = crm.follow_up(earlier, exits).customers
followed[["customer", "wave", "satisfaction", "stayed"]].head(4)

# %% [markdown] lang="en"
# Call an answer *satisfied* if `satisfaction` is 80 or more. **What percentage of the satisfied left within a year?** Give percent, with
# two decimals or more.

# %%
### BEGIN SOLUTION
satisfied = followed.query("satisfaction >= 80")
satisfied_left = 100 * (1 - satisfied["stayed"].mean())
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · What five points are worth
#
# *{points q6}.* A customer brings a margin $m$ a year, stays with retention $r$ a year, and is discounted at 10 %. Over five
# years he is worth
#
# $$ NPV = \sum_{t=1}^{5} \frac{m \, r^t}{1.10^t} $$
#
# Take for $m$ the mean `contribution` of 2025 in `bank.years`, over the customers who were there for all 12 `months` of it. Retention
# is 88 %. **By how many yuan does the NPV of an average customer rise if five percentage points fewer customers leave each year?**
# Give yuan per customer, with one decimal or more.

# %%
### BEGIN SOLUTION
margin = bank.years.query("year == 2025 and months == 12")["contribution"].mean()
npv = [sum(margin * (r / 1.10) ** t for t in range(1, 6)) for r in (0.88, 0.93)]
gain_of_five_points = npv[1] - npv[0]
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · What it would take to know
#
# *{points q7}.* In January 2024 the bank made a *special treatment offer* to some customers, **drawn by lot**; others on the same list
# went without. In October 2024 the survey asked about attachment. Two estimates of what special treatment does to it, with 95 %
# intervals, in standard deviations of attachment (0.1 is small, 0.3 medium). First row: customers who *say* that they are treated
# specially against others. Second row: drawn against not drawn.

# %%
wave = crm.with_scales(bank.survey.query("wave == 2024"))
offer = bank.campaign_members.query("campaign == 'special-offer'").set_index("customer")
wave["drawn_by_lot"] = wave["customer"].map((offer["arm"] == "treated").astype(float))
causes = pd.DataFrame({"cause": ["special_treatment", "drawn_by_lot"], "outcome": "attachment"})
causes = causes.assign(effect=["says so", "drawn by lot"], adjust_for="", confounded_by="")
tested = crm.effect_sizes(wave, causes)
tested = tested[["effect", "answers", "naive", "naive_low", "naive_high"]]
tested = tested.set_axis(["effect", "answers", "estimate", "low", "high"], axis=1)
tested

# %% [markdown] lang="en"
# The lot is fair, but look how far its interval reaches: no effect lies in it, and other effects, too. A new lot must do better. **How many
# customers drawn into the lot, both arms together, would have to answer so that the interval reaches only 0.10 either way of its
# estimate?** Keep the two arms in the same proportion. Calculate with the columns of `tested`, not with the two decimals shown.
# Give a number of customers.

# %%
### BEGIN SOLUTION
lot = tested.set_index("effect").loc["drawn by lot"]
half = (lot["high"] - lot["low"]) / 2
answers_needed = lot["answers"] * (half / 0.10) ** 2
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · Advise the manager
#
# *{points q8}.* **What do you tell Ms Luo about the Gold Club?** Write 80 to 150 words in place of the three dots, between the
# two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q8}

# %%
### BEGIN SOLUTION
advice = f"""Do not open the club to everybody who keeps half of his money here. Loyal, to
me, is who likes the bank, buys here and could go: in 2025 that is {premium_percent:.0f} % of
those who buy. Of the {attached_buyers} who like us and buy, {premium_customers} are in it; the
others see no alternative. Buying says next to nothing about liking: their correlation is
{liking_and_buying:.2f}. Set a limit: five points fewer defections are worth
¥{gain_of_five_points:.0f} per average customer over five years, so the club must cost less
than that, and only if it keeps five in a hundred. Satisfaction is no shelter:
{satisfied_left:.1f} % of the satisfied left within a year. I cannot say whether special
treatment builds attachment: in the lot of 2024 {lot["answers"]:.0f} answered, and about
{answers_needed:,.0f} would be needed. Draw such a lot before the lounge is built."""
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
