# ---
# jupyter:
#   crm:
#     concepts: [A16, B3.2]
#     minutes: 45
#     title: Welcome
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 00 · Welcome: two companies and a first guess
#
# **Which company satisfies its customers more, and which one keeps more of them?**
#
# *About 45 minutes. Nothing to know before, neither Python nor marketing.*
#
# After this lesson you can
#
# - **run** a notebook, and start it again when it breaks
# - **find** a table and the meaning of its columns
# - **compute** a retention rate by hand and with pandas
# - **compare** satisfaction and retention of two companies, and **defend** why they part

# %% [markdown] lang="en"
# ## How this works
#
# Text and code take turns. The grey boxes are *cells* of Python. Click into one and press **Shift + Enter**: it runs, its
# result appears below, and the next cell is chosen.
#
# - Run the cells in order, from the top. A star `[*]` means: still working.
# - Something red, or stuck? *Kernel → Restart Kernel and Run All Cells*. That mends most things.
# - Nothing you type can break the course. This is your own copy.

# %% [markdown] lang="en"
# Every lesson has the same five steps: **predict** first, **run** the code, **investigate** what it did, **modify** it, and
# **make** something of your own. A guess that turned out wrong teaches more than an answer that was read.

# %%
2023 + 2

# %% [markdown] lang="en"
# A cell shows its last line. Change the numbers above and run it again: you have just programmed.

# %% [markdown] lang="en"
# ## The case
#
# Ms Lin sits on two boards. **Harbour Bank** is one of several banks in a competitive city. **Delta Power** sells
# electricity; until lately nobody could buy it from anyone else. She has money for *one* programme to keep customers, and
# must say by Friday which company needs it.

# %% [markdown] lang="en"
# ## Predict first
#
# Both companies ask a sample of customers every month how satisfied they are, from 0 to 100. Write your guesses between the
# quotation marks: `"bank"` or `"utility"`.

# %%
guess_more_satisfied = "bank"
guess_keeps_more = "bank"

# %% [markdown] lang="en"
# ## The data
#
# Both companies are simulated: nobody in them exists. That has one great advantage, which the end of the lesson uses. `crm`
# is the course's small helper package.

# %%
import pandas as pd

import crmlib as crm

pd.set_option("display.max_colwidth", 120)
bank = crm.load_bank()
utility = crm.load_utility()
utility

# %% [markdown] lang="en"
# Each table is a *frame*, like a sheet of a spreadsheet. Here are the first customers of the bank, one row each.

# %%
bank.customers[["customer", "kind", "branch", "joined", "left", "exit_reason"]].head()

# %% [markdown] lang="en"
# `NaT` (*not a time*) in `left` means: has not left. What does a column mean? Ask the data dictionary.

# %%
bank.describe("customers").loc[["customer", "joined", "left", "exit_reason"], ["type", "meaning"]]

# %% [markdown] lang="en"
# ## The idea: satisfied, and still here
#
# **Satisfaction** is an answer: here the mean of a month's scores from 0 to 100. **Retention** is behaviour: of the
# customers at the start of a period, the share who have not left by their own choice when it ends,
#
# $$ r = 1 - \frac{L}{N} $$
#
# with $N$ customers at the start and $L$ of them who chose to leave. $r$ is a share of people, without a unit. Moving
# abroad or dying is no choice and does not count as leaving here. Moving away within the country does: an app and a
# telephone reach everywhere, so the bank could have kept such a customer. (A rule of this course: others may be used, if
# they are stated.)

# %% [markdown] lang="en"
# ### By hand, on eight customers
#
# Eight customers of the bank, all there on 1 January 2023. Who has left by the end of the year, and by choice?

# %%
not_chosen = ["death", "moved abroad", "closed by bank"]
start_2023 = bank.customers[bank.customers["joined"] < "2023-01-01"]
eight = start_2023[["customer", "joined", "left", "exit_reason"]].iloc[20:28]
eight

# %%
left_in_2023 = eight["left"] < "2024-01-01"
chose_to = ~eight["exit_reason"].isin(not_chosen)
L = (left_in_2023 & chose_to).sum()
N = len(eight)
print("N =", N, "  L =", L, "  r =", 1 - L / N)

# %% [markdown] lang="en"
# An empty date is never *before* 2024, so who stayed counts as not left. Eight customers tell little: now all of them.

# %% [markdown] lang="en"
# ### The whole bank, the same three lines

# %%
left_in_2023 = start_2023["left"] < "2024-01-01"
chose_to = ~start_2023["exit_reason"].isin(not_chosen)
r = 1 - (left_in_2023 & chose_to).mean()
print(f"The bank kept {r:.1%} of {len(start_2023):,} customers in 2023.")

# %% [markdown] lang="en"
# ### And Delta Power?
#
# Its customers leave when they move house, close a business, or *switch* to a rival. Only switching is a choice between
# companies.

# %%
start_2023 = utility.customers[utility.customers["since"] < "2023-01-01"]
switched = (start_2023["left"] < "2024-01-01") & (start_2023["exit_reason"] == "switched")
print(f"Delta Power kept {1 - switched.mean():.1%} of {len(start_2023):,} customers in 2023.")
print(f"Satisfaction in 2023: bank {bank.pulse['mean_score'].iloc[:12].mean():.0f}, ", end="")
print(f"Delta Power {utility.pulse.query('month < 2024')['mean_score'].mean():.0f} of 100.")

# %% [markdown] lang="en"
# The less satisfying company loses nobody. How close was your guess?

# %%
scores = {"bank": bank.pulse["mean_score"].mean(), "utility": utility.pulse["mean_score"].mean()}
kept_2023 = {"bank": r, "utility": 1 - switched.mean()}
print("More satisfied: you said", guess_more_satisfied, "- the data say", max(scores, key=scores.get))
print("Keeps more:     you said", guess_keeps_more, "- the data say", max(kept_2023, key=kept_2023.get))

# %% [markdown] lang="en"
# *(Descriptive: this says what happened, not why.)* In 2023 Delta Power's customers had no other supplier to go to. Then the
# market opened, class by class.

# %%
opening = utility.market_opening.dropna().set_index("class")["opened"]
opening

# %% [markdown] lang="en"
# Industry could choose from January 2024, commerce from October 2024, households never. That is a gift to an
# analyst: the same company, with and without choice, in the same months.

# %% [markdown] lang="en"
# ## Three years, four groups
#
# We follow the customers of January 2023: the bank's, and Delta Power's three classes.

# %%
bank_people = bank.customers[["joined", "left"]].assign(group="bank")
bank_people["own_choice"] = ~bank.customers["exit_reason"].isin(not_chosen)
power_people = utility.customers.rename(columns={"class": "group", "since": "joined"})
power_people["own_choice"] = power_people["exit_reason"] == "switched"
power_people["group"] = power_people["group"].astype("str")
people = pd.concat([bank_people, power_people], join="inner", ignore_index=True)
kept = crm.show.kept_share(people)[["bank", "residential", "commercial", "industrial"]]
kept.iloc[[11, 23, 35]].round(3)

# %%
opened = {"industry opens": opening["industrial"], "commerce opens": opening["commercial"]}
ax = crm.show.plot_kept(kept, opened)

# %% [markdown] lang="en"
# Before its market opens, each class keeps 100 %. Afterwards industry and commerce leave about as fast as the bank's
# customers; households, who may not, all stay. Nothing about the service changed on those days: *what looked like loyalty
# was the lack of a choice.*

# %% [markdown] lang="en"
# ## Explore
#
# Move the slider (arrow keys work, too) and watch the numbers.
#
# - Stop at **Dec 2023**: who is less satisfied, and who keeps more?
# - Go on month by month. When does industry's line leave 100 %? And commerce's?
# - Do the satisfaction bars move on those days?
#
# One month's sample jumps by chance, so a bar is the mean of up to twelve months.

# %%
satisfaction = utility.pulse.pivot(index="month", columns="class", values="mean_score")
satisfaction["bank"] = bank.pulse.set_index("month")["mean_score"]
satisfaction = satisfaction.rolling(12, min_periods=1).mean()

# %% tags=["nbval-ignore-output"]
crm.show.explore_welcome(kept, satisfaction, opened)

# %% [markdown] lang="en"
# You should have seen: the bars hardly move in three years, the lines do. Satisfaction describes how customers feel;
# whether they stay depends also on whether they *can* leave.

# %% [markdown] lang="en"
# ## The decision on Friday
#
# Ms Lin looks at what is left to open: the households.

# %%
year_ends = kept["industrial"].iloc[[23, 35]]
rate = 1 - year_ends.iloc[1] / year_ends.iloc[0]
homes = utility.customers.query("`class` == 'residential' and left.isna()")
print(f"Industry lost {rate:.0%} of its customers in 2025.")
print(f"At that rate {rate * len(homes):.0f} of {len(homes):,} households would go in a year.")

# %% [markdown] lang="en"
# Her answer: **Delta Power, before households may choose.** The bank's loss is visible and known; Delta Power's is hidden by
# law, not by loyalty. *(Predictive, and a bold one: households may behave differently from factories.)*

# %% [markdown] lang="en"
# ## Where it breaks
#
# - **Cause.** That choice *causes* switching is well supported here: the classes opened at different times, and households
#   are a comparison group in the same months. *(Causal, by the staggered opening.)*
# - **Who answers.** Satisfied customers answer surveys more often. Lesson 06 shows how much that flatters the mean.
# - **Sources disagree.** Textbooks say both that satisfied customers are loyal and that even satisfied ones leave for a better
#   price. Jones and Sasser (1995) found that it depends on *how* satisfied they are, and on whether they have a choice.
#   Lesson 08 tests it.

# %% [markdown] lang="en"
# ## How close did we get?
#
# The companies are simulated, so the truth is on record. How fast do Delta Power's industrial customers switch, per year,
# once they may?

# %%
industry = kept.loc["2024":, "industrial"]
months = len(industry)
estimate = 1 - industry.iloc[-1] ** (12 / months)
print(f"estimate from {months} months: {estimate:.1%} a year")
print(f"recorded truth:          {utility.truth['switch.rate.industrial']:.1%} a year")

# %% [markdown] lang="en"
# The estimate follows a few hundred companies for two years, so it cannot be exact. **A warning that holds for the whole
# course:** simulated data echo what was put in. They show how to test a claim and how a test misleads. They
# prove nothing about real banks.

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("00")

# %% [markdown] lang="en"
# Then try these:
#
# 1. A company has 100 % retention and 72 of 100 points. Name two very different reasons that fit.
# 2. Change `"2024-01-01"` to `"2025-01-01"` in the bank's cell. Is the result a yearly rate?
# 3. Why do we leave out customers who died or moved abroad?
# 4. Make: which bank branch kept the most customers in 2023? *(Start from `start_2023.groupby("branch")`.)*
#
# <details><summary>Answers</summary>
#
# 1. Customers who love it, or customers who have no choice.
# 2. No: it is the share kept over two years.
# 3. They did not choose; counting them would blame the service for it.
# 4. With few customers a branch, the best one is partly luck. Lesson 07 comes back to this.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - Satisfaction is an answer, retention is behaviour. They can part.
# - A retention rate needs a base, a period, and a rule for who "left".
# - Without a choice, staying says nothing about loyalty.
#
# | term | 中文 | meaning |
# |---|---|---|
# | satisfaction | 客户满意 | how customers judge what they got, here 0 to 100 |
# | retention rate | 客户保留率 | share of the customers at the start who have not chosen to leave |
# | churn | 客户流失 | leaving; one minus retention |
# | monopoly loyalty | 垄断忠诚 | staying because there is no choice |
#
# **Reference.** Jones, T. O., & Sasser, W. E. (1995). Why satisfied customers defect. *Harvard Business Review*, 73(6), 88-99.
#
# **Next:** 01, what customer relationship management is.
