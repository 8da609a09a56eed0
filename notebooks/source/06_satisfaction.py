# ---
# jupyter:
#   crm:
#     concepts: [A10, A12, A13, A14, A15]
#     minutes: 90
#     title: "Satisfaction: three formulas"
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 06 · Satisfaction: three formulas
#
# **Which branch satisfies its customers most?**
#
# *About 90 minutes. Before it: [00 Welcome](00_welcome.ipynb).*
#
# After this lesson you can
#
# - **compute** satisfaction by three formulas, and **show** that they disagree
# - **choose** a formula for a purpose, and **defend** the choice
# - **score** layers of satisfaction, an index with stated weights, and a net promoter score with its error
# - **tell** a difference between branches from chance
# - **correct** a survey for those who stayed silent, and **say** when weighting does not help

# %% [markdown] lang="en"
# ## The case
#
# Mr Tan runs the 36 branches of **Harbour Bank**. The board has given him six bonuses of ¥100,000, for "the six
# branches that satisfy customers most". The October survey is in. The works council has one question, and wants the
# answer by Friday: **by which formula?**
#
# He opens the training manual. It offers three. They are all on one page.

# %% [markdown] lang="en"
# ## Predict first
#
# Customers said on a 1-7 scale what they *expect* of a bank and what they *perceive* at this one. On average, they
# perceive **less** than they expect. Two guesses, `True` or `False`:
#
# - Can the average of *perception divided by expectation* still be above 1?
# - Will the three formulas put the same branch first?

# %%
guess_ratio_above_1 = False
guess_same_winner = True

# %% [markdown] lang="en"
# ## The survey
#
# 22 questions about the service, each asked twice: what should a good bank be like (*expectation*, `e_`), and what is
# ours like (*perception*, `p_`)? Then, for each of five dimensions, the *ideal*: the best one could imagine.

# %%
import pandas as pd

import crmlib as crm

bank = crm.load_bank(tables=["customers", "survey", "invitations", "pulse", "problems"])
people = bank.customers[["customer", "branch", "kind"]]
survey = bank.survey.query("wave == 2025").merge(people)
survey[["customer", "branch", "e_rel1", "p_rel1", "ideal_rel", "e_emp5", "p_emp5"]].head(4)

# %% [markdown] lang="en"
# 2,648 customers answered in 2025, 397 of them only when phoned. We average each one's 22 expectations, 22 perceptions
# and 5 ideals.

# %%
items = {
    "expectation": [name for name in survey if name.startswith("e_")],
    "perception": [name for name in survey if name.startswith("p_")],
    "ideal": [name for name in survey if name.startswith("ideal_")],
}
try:
    crm.item_scores(survey, items)
except ValueError as message:
    print(message)

# %% [markdown] lang="en"
# Refused, and rightly. Question `emp5` is worded the other way round: who likes the bank marks a low number. Turned
# round, an answer $x$ on 1-7 becomes $8 - x$. The data dictionary says so, too:

# %%
print(bank.describe("survey").loc["e_emp5", "meaning"])
keep = ["branch", "sat_overall", "recommend"]
scored = crm.item_scores(survey, items, reverse=["e_emp5", "p_emp5"], keep=keep)
answers = scored.customers
scored.table.round(2)

# %% [markdown] lang="en"
# On average customers expect 5.22, perceive 5.09, and would call 6.24 ideal. Nobody had to be set aside.

# %% [markdown] lang="en"
# ## The idea: compared with what?
#
# Satisfaction compares. The manual compares in three ways, with $P$ the perception, $E$ the expectation and $I$ the
# ideal of one customer, in points of the scale:
#
# $$ \text{gap} = P - E \qquad\qquad \text{ratio} = \frac{P}{E} \qquad\qquad \text{distance to the ideal} = I - P $$
#
# | formula | dissatisfied | satisfied | delighted |
# |---|---|---|---|
# | $P - E$ | below 0 | about 0 | above 0 |
# | $P / E$ | below 1 | about 1 | above 1 |
# | $I - P$ | far above 0 | near 0 | below 0 (beyond the ideal) |
#
# How near is *about*? The manual does not say. Until we decide it (*Satisfied, or not quite?*, below) we say only on
# which side of 0 or 1 a number lies.
#
# The first is *disconfirmation* (Oliver 1980), with two differences. Oliver's expectation is what a customer *predicts*
# will happen; ours is what a good bank *should* be like, which is usually more. And for him the comparison may be a
# judgement of its own, not a subtraction. The manual words its rule as a difference and then prints the ratio. The
# third has another standard, the ideal (Tse & Wilton 1988 compare standards, and find that expectation does best), and
# the opposite sign: the manual calls it satisfaction, but it measures *dis*satisfaction.

# %% [markdown] lang="en"
# ### By hand, on eight customers

# %%
eight = answers[["customer", "expectation", "perception", "ideal"]].iloc[18:26]
eight = eight.reset_index(drop=True)
eight["P - E"] = eight["perception"] - eight["expectation"]
eight["P / E"] = eight["perception"] / eight["expectation"]
eight["I - P"] = eight["ideal"] - eight["perception"]
eight.round(2)

# %%
E, P = eight["expectation"].mean(), eight["perception"].mean()
print(f"mean expectation {E:.2f}, mean perception {P:.2f}")
print(f"mean of P - E:    {eight['P - E'].mean():.2f}")
print(f"mean of P / E:     {eight['P / E'].mean():.2f}")
print(f"mean P / mean E:   {P / E:.2f}")
print(f"mean of I - P:     {eight['I - P'].mean():.2f}")

# %% [markdown] lang="en"
# On average these eight got *less* than they expected: the gap is −0.16, mean $P$ / mean $E$ is 0.97. And yet the mean
# of their ratios is 1.19. Look at the third customer: expected 1.64, perceived 5.14, a ratio of 3.14. One customer
# who expected next to nothing outweighs several who were let down, since a ratio can rise far above 1 but never fall
# below 0.
#
# So "the ratio" is two formulas: average *after* dividing, or *before*.

# %% [markdown] lang="en"
# ### The same with crmlib, then the whole bank

# %%
crm.satisfaction_scores(eight).table.round(2)

# %%
whole = crm.satisfaction_scores(answers).table
whole.round(3)

# %%
above_1 = bool(whole["mean_ratio"].iloc[0] > 1)
print("Mean ratio above 1? You said", guess_ratio_above_1, "- the data say", above_1)

# %% [markdown] lang="en"
# 2,648 customers, one questionnaire: the gap is −0.13 (below 0: *less* than expected), the mean ratio 1.03 (above 1:
# *more* than expected), the ratio of means 0.975 (below 1: *less*). *(Descriptive.)*

# %% [markdown] lang="en"
# ### A ratio needs a true zero
#
# Number the same answers 0-6 instead of 1-7. Nobody felt anything else.

# %%
moved = answers.copy()
moved[["expectation", "perception", "ideal"]] -= 1
crm.satisfaction_scores(moved, scale=(0, 6)).table.round(3)

# %% [markdown] lang="en"
# Gap and distance to the ideal stay. The mean ratio jumps from 1.03 to 1.09. Dividing is for yuan and minutes, where 0
# means *nothing*. On a rating scale the 1 is only a name for the lowest box.

# %% [markdown] lang="en"
# ## Which branch, then?

# %%
ranks = crm.formula_ranks(answers, "branch")
ranks.table.sort_values("gap").head(8)

# %% [markdown] lang="en"
# Rank 1 is the most satisfied: the largest gap, the largest ratio, the *smallest* distance to the ideal. `spread` is
# the worst rank minus the best.

# %%
by_branch = ranks.table.set_index("branch")
formulas = ["gap", "mean_ratio", "ratio_of_means", "ideal_gap"]
best = {formula: by_branch[formula].idxmin() for formula in formulas}
print("best branch:", best)
print("Same winner? You said", guess_same_winner, "- the data say", len(set(best.values())) == 1)

# %%
crossing = crm.formula_ranks(answers, "branch", formulas=crm.satisfaction.FORMULAS)
ax = crm.show.plot_formula_ranks(crossing.table, strong=[6, 1, 35, 36, 25])

# %% [markdown] lang="en"
# By the gap and both ratios **branch 6** is first; by the distance to the ideal **branch 1**, which the gap has in
# place 11. At the far right stands a fifth ranking, by perception alone, with no comparison at all: there **branch
# 35** is first, and branch 6 is 7th.

# %%
crossing.agreement.query("first == 'gap'").round(2)

# %% [markdown] lang="en"
# 36 branches make 630 pairs. Gap and distance to the ideal order 164 of them the opposite way; Kendall's τ (1: same
# order, 0: unrelated) is 0.48. Is that chance? In 8 pairs (`clearly_reversed`) *both* formulas are sure, and
# contradict each other. Gap and ratio of means hardly differ (4 pairs): which average you take matters more than
# dividing.

# %% [markdown] lang="en"
# ### Why they part

# %%
rows = crm.satisfaction_scores(answers, "branch").table.set_index("branch")
columns = ["answers", "expectation", "perception", "ideal", "gap", "ideal_gap"]
rows.loc[[6, 1, 35, 36, 25], columns].round(2)

# %% [markdown] lang="en"
# Branch 35 is *perceived* best, 5.62, but its customers expect 5.66: no surprise, no gap. Branch 36 is perceived
# worse, 4.95, by customers who expect only 4.65: fourth by the gap. Branch 1 has customers who dream of little (ideal
# 5.72). And branch 25 is last by the gap because its customers expect 5.84, more than anywhere else.
#
# **A comparison measures two things: the service, and the yardstick.**

# %% [markdown] lang="en"
# ### Is the winner really ahead?
#
# Between 33 and 140 customers answered per branch, 74 on average. Another 74 would have given another mean. The bars
# are 95 % intervals.

# %%
ax = crm.show.plot_score_intervals(crossing.scores, "gap", strong=[6, 1, 35])

# %% [markdown] lang="en"
# Branch 6 leads, but the intervals of three others reach its own. From rank 5 to rank 26 every interval overlaps every
# other: a list of 36 ranks claims more than the survey knows. *(An overlap is a warning, not a test. With 630 pairs,
# some will look different by chance alone.)*

# %% [markdown] lang="en"
# ### Satisfied, or not quite?
#
# Hardly anybody perceives *exactly* what was expected. How far off is still *about*? A **tolerance** of half a point
# either way:

# %%
zones = {
    f"±{tolerance}": crm.classify_satisfaction(answers, tolerance=tolerance).table.iloc[0]
    for tolerance in [0.0, 0.5, 1.0]
}
pd.DataFrame(zones).T.drop(columns="answers").round(2)

# %% [markdown] lang="en"
# With half a point of tolerance 41 % are dissatisfied, with a full point 25 %. The tolerance is a decision: report it
# with the result.
#
# The *zone of tolerance* of Zeithaml, Berry and Parasuraman (1993) is another thing: it runs from the service that is
# just *adequate* to the one that is *desired*. This survey did not ask what is adequate, so we can only draw a band
# around one number.

# %% [markdown] lang="en"
# ## Explore
#
# The sliders start near branch 35: they move in tenths, so its gap of −0.05 becomes −0.10, and rank 14 of 36 becomes
# rank 18 of 37, yours beside the bank's 36. *Satisfied* here is whoever gets the expected within a quarter of a point.
#
# - Lower the **expectation** to 4.7 and touch nothing else. Who gained what?
# - Put it back. How far must the **perception** rise until the gap has you in first place?
# - Set expectation and perception both to 5, then pull *expectations differ* to 2. Which formula is delighted?
# - Can you find a branch that is first by one formula and last by another?
#
# *(Reading without running it? The line of branch 35 in the figure of ranks is close to where the sliders start.)*

# %% tags=["nbval-ignore-output"]
crm.show.explore_formulas(rows.reset_index())

# %% [markdown] lang="en"
# You should have seen: one point less *expectation* lifts the branch from rank 18 to rank 1 by the gap, though no
# customer got anything more. That is the trap of the formula: **it pays to promise little.** To win by better service
# takes a perception of 6.4, which no branch of this bank comes near. When expectations differ, the mean ratio rises by
# itself: from 1.00 to 1.19. And a branch with $E = 1$, $P = 1.9$, $I = 7$ is first by the gap and last by the ideal.

# %% [markdown] lang="en"
# ## What are they satisfied with? Layers
#
# Chinese textbooks cut satisfaction twice. **Across**: *mind* (what the bank stands for), *behaviour* (what its people
# do), *visual* (what one sees of it). **Upwards**: *material* (the core product), *spiritual* (its form, taste and
# care), *social* (what it does for society). Two questions each, scored on 0-100.

# %%
across = crm.satisfaction_layers(survey, crm.satisfaction.HORIZONTAL)
upwards = crm.satisfaction_layers(survey, crm.satisfaction.VERTICAL)
ax = crm.show.plot_layers({"Across": across.table, "Upwards": upwards.table})

# %% [markdown] lang="en"
# Across, the layers hardly differ. Upwards, satisfaction falls from 79 to 57. Is it a *ladder*, on which nobody stands
# on a higher rung without the lower ones? A rung counts as *reached* from 66.7 of 100 on, a mean answer of 5 of 7. Who
# has reached none, the first, the first two or all three is *in step*; who skips one is not.

# %%
ladder = crm.satisfaction_ladder(upwards.customers)
ladder.round(3)

# %%
ladder.groupby("in_step")[["share", "if_unrelated"]].sum().round(3)

# %% [markdown] lang="en"
# 90 % of customers are in step, which looks like a fine ladder. But if the rungs had nothing to do with each other, 80 %
# would be in step, simply because the lower ones are reached by more. The other ten points say that
# the rungs belong together: as on a ladder (Guttman 1944), or because happy customers mark everything higher.
# *Falling means alone prove no ladder.*

# %% [markdown] lang="en"
# ### One number for the board: an index
#
# A **composite index** puts measures with different scales on 0-100 and weighs them:
#
# $$ \text{index} = \sum_k w_k \cdot 100 \cdot \frac{x_k - \text{lowest}_k}{\text{highest}_k - \text{lowest}_k}, \qquad \sum_k w_k = 1 $$
#
# with the score $x_k$ on its own scale and its weight $w_k$ (no unit). The weights are a decision, so they are part
# of the name.

# %%
weights = {"sat_overall": 0.5, "perception": 0.3, "recommend": 0.2}
scales = {"sat_overall": (1, 10), "perception": (1, 7), "recommend": (0, 10)}
index = crm.composite_index(answers, weights, "branch", scale=scales)
index.table.sort_values("index", ascending=False).head(3).round(1)

# %% [markdown] lang="en"
# Branch 35 leads with 84 of 100, and no comparison with expectations in it. Its interval, 82 to 85, overlaps that of
# branch 11.

# %% [markdown] lang="en"
# ## "Our net promoter score has risen!"
#
# Marketing prefers one question: *would you recommend us?*, 0 to 10. The **net promoter score** is
#
# $$ \text{NPS} = 100 \cdot (\text{share of 9-10} - \text{share of 0-6}) $$
#
# from −100 to 100 points (Reichheld 2003). Give everyone +100, 0 or −100 points and the NPS is simply their *mean*. So it
# has a standard error like any mean, $s / \sqrt{n}$, times $\sqrt{1 - n/N}$ if the $n$ who answered are a good part of
# the $N$ who could have been asked. We take those who answered the invitation; `there` is everybody who could have been
# invited.

# %%
came = bank.survey.query("not followed_up")
there = bank.customers.query("joined < '2025-08-01' and not left < '2025-10-01'")
nps = crm.net_promoter_score(came.query("wave == 2025"), population=len(there))
nps.table.round(2)

# %%
change = crm.nps_change(came.query("wave == 2024"), came.query("wave == 2025"))
change[["method", "in_both", "before", "after", "change", "low", "high"]].round(1)

# %% [markdown] lang="en"
# Three ways to take the change: of the customers who answered in *both* years; of all answers, as if no customer were in
# both; and of all answers, with the overlap counted, which is the right error for the headline.
#
# The headline: from 16.7 to 18.9, plus 2.2 points. The interval runs from −2.3 to 6.6: nobody knows whether it rose.
# The 305 customers who answered in *both* years even fell by 4.9, with an interval from −14.4 to 4.6. **These data
# cannot tell**, and a manager who is
# paid by such a change is paid by chance.

# %% [markdown] lang="en"
# ## Who stayed silent?
#
# 8,473 customers were invited in 2025, and 27 % answered. Do the other 73 % think the same? Three ways to find out:
#
# - **take the answers as they came**
# - **weight**: if a branch answers half as often, count its answers twice
# - **follow up**: the bank drew 6 % of the silent by lot and phoned them until they answered. They stand for all of the
#   silent (Hansen & Hurwitz 1946):
#
# $$ \bar y = w_1 \bar y_1 + w_2 \bar y_2 $$
#
# with the means $\bar y$ (points on 1-10) and shares $w$ of those who answered (1) and the silent (2).

# %%
invited = bank.invitations.query("wave == 2025").merge(people)
n_there = len(there)
check = crm.nonresponse_check(
    survey, invited, "sat_overall", scale=(1, 10), cells="branch", population=n_there
)
check[["method", "answers", "response_rate", "mean", "se", "low", "high"]].round(3)

# %%
truth_mean = bank.truth["survey.mean_satisfaction.2025"]
ax = crm.show.plot_nonresponse(check, truth_mean, "satisfaction, 1-10")

# %% [markdown] lang="en"
# The dashed line is what *everybody* would have said: 8.19. Answers as they came say 8.45, and their narrow interval is
# sure of it. Weighting by branch hardly helps, because the silent differ from the others *within* each branch: people
# answer when they are satisfied. Only the follow-up finds the truth. *A large biased sample is precisely wrong.*
#
# The monthly pulse, which more than half answer, agrees. On 0-100:

# %%
percent = (check.set_index("method")["mean"] - 1) * 100 / 9
percent["the pulse, mean of 2025"] = bank.pulse.query("month >= 2025")["mean_score"].mean()
print(percent.round(1).to_string())

# %%
survey["points"] = 100.0 * (survey["recommend"] >= 9) - 100.0 * (survey["recommend"] <= 6)
silent = crm.nonresponse_check(
    survey, invited, "points", scale=(-100, 100), population=n_there
)
print(silent[["method", "mean", "low", "high"]].round(1).to_string(index=False))

# %% [markdown] lang="en"
# And the net promoter score of 18.9? With the silent it is 10.0 (interval 4.3 to 15.6): 9 of the 19 points came from
# who kept silent.

# %% [markdown] lang="en"
# ## How to raise it
#
# The manual's advice: first the product, then the service, then mend complaints. What goes with satisfaction (1-10)
# here?

# %%
layers = {"product": ["mat1", "mat2"], "service": ["behave1", "behave2"]}
drivers = crm.satisfaction_layers(survey, layers).customers
drivers = drivers.merge(survey[["customer", "sat_overall"]])
thirds = {}
for layer in layers:
    order = drivers[layer].rank(method="first")
    third = pd.qcut(order, 3, labels=["lowest", "middle", "highest"])
    thirds[layer] = drivers.groupby(third, observed=True)["sat_overall"].mean()
pd.DataFrame(thirds).rename_axis("third of customers").round(2)

# %%
year = bank.problems.query("noticed and '2024-11-01' <= date < '2025-11-01'")
sore = drivers["customer"].isin(year.loc[~year["resolved"], "customer"])
drivers.groupby(sore.rename("unsolved problem"))["sat_overall"].agg(["size", "mean"]).round(2)

# %% [markdown] lang="en"
# Product and service go along with about the same step, 1.5 points from the lowest third to the highest. An unsolved
# problem goes with 0.4 points less, in one customer of nine. *(Descriptive. Whoever is fond of the bank marks
# everything higher, so these steps say too much about causes. The order "product first" cannot be told from them.)*

# %% [markdown] lang="en"
# ## The decision on Friday
#
# Six bonuses of ¥100,000. Who gets them?

# %%
six = {}
for formula in crm.satisfaction.FORMULAS:
    six[formula] = set(crossing.table.nsmallest(6, formula)["branch"])
    same = len(six[formula] & six["gap"])
    print(f"{formula:15} {sorted(six[formula])!s:26} {same} the same as by the gap")

# %% [markdown] lang="en"
# Between the gap and the distance to the ideal four of six bonuses change hands: **¥400,000 hang on a formula.**
# Say it is perception alone. How sure are its six, against the branch on rank 7?

# %%
seen = crossing.scores.query("formula == 'perception'").sort_values("rank")
first_six, seventh = seen.head(6), seen.iloc[6]
error = (first_six["se"] ** 2 + seventh["se"] ** 2) ** 0.5
ahead = first_six[["rank", "branch", "answers", "score"]].copy()
ahead["ahead_of_7th"] = first_six["score"] - seventh["score"]
ahead["low"] = ahead["ahead_of_7th"] - 1.96 * error
ahead["high"] = ahead["ahead_of_7th"] + 1.96 * error
ahead.set_index("rank").round(2)

# %% [markdown] lang="en"
# Branch 35 is 0.39 points ahead of rank 7 (0.24 to 0.53), branch 11 is 0.24 ahead (0.09 to 0.39). The intervals of the
# other four, 13, 30, 16 and 26, hold 0. And rank 6 is within chance of every rank down to 18. *(The 7th was found by
# looking at these answers, so the intervals are a little too sure of themselves.)*
#
# Mr Tan's answer to the works council:
#
# | for the question | use | because |
# |---|---|---|
# | who *serves* best (the bonus) | perception alone, with intervals | promising little must not win a bonus |
# | where do expectations *run ahead* (branches 25, 12, 34) | the gap $P - E$ | that is what it measures |
# | what should we *develop* | distance to the ideal $I - P$ | it asks what would be best, not what is usual |
# | nothing | a ratio on a rating scale | it hangs on how the boxes are numbered |
#
# **Two bonuses on Friday, to branches 35 and 11.** For the other four, ¥400,000, this survey cannot name winners:
# branches 13, 30, 16 and 26 happen to stand in front of a dozen others. Add the next wave and decide then, or share the
# money among ranks 3 to 18.

# %% [markdown] lang="en"
# ## Where it breaks
#
# - **The sources disagree.** Oliver (1980) found that expectation *and* its disconfirmation make satisfaction, so the
# gap belongs in. Cronin and Taylor (1992) found that perception alone measures service *quality* better. Parasuraman,
# Zeithaml and Berry (1994) answered that many of the objections are questionable. Lesson 07 lets them compete.
# - **Expectations are asked afterwards**, in the same questionnaire. Who was disappointed remembers having expected more.
# - **Two ways of asking.** The follow-up was spoken, the other answers written. People may be kinder to a voice, or
#   more frank; then part of the difference between them is the telephone's, and not that of the silent.
# - **An ideal has a ceiling.** 90 % of the ideals are a 6 or a 7 of 7.
# - **The net promoter score throws away** most of the scale: a 0 and a 6 count the same. Keiningham and others (2007)
#   did not find it the best predictor of growth that it was sold as.
# - **Weighting** needs the reason for silence to be in the data. Here it is not. And the branch ranks above take the
#   answers as they came: with some 11 phoned customers a branch they cannot be mended one by one.
# - **Satisfied is not loyal.** Lesson 08.

# %% [markdown] lang="en"
# ## How close did we get?
#
# The simulation knows how satisfied *all* customers of each branch were in 2025. Which formula ranks the branches most
# like that?

# %%
felt = bank.truth.tables["feelings"].query("year == 2025").merge(people)
true_branch = felt.groupby("branch")["satisfaction"].mean()
true_six = set(true_branch.nlargest(6).index)
for formula in crm.satisfaction.FORMULAS:
    tau = -true_branch.corr(crossing.table.set_index("branch")[formula], method="kendall")
    right = len(six[formula] & true_six)
    print(f"{formula:15} Kendall's tau {tau:.2f}   {right} of the true best six")

# %% [markdown] lang="en"
# Perception alone: τ 0.74, and four of the six bonuses go to the right branches. The gap: 0.41, and two of six. The
# truly most satisfied branch is **35**, which no formula of the manual puts first, and 11 is the second: the two of
# which the survey was sure. Of the four of which it was not, two are right. Even perception falls short of 1: 74 answers
# a branch are few.
#
# Remember what this proves: in this bank customers' satisfaction follows the service, and a branch whose customers
# expect more is not less liked for it. That was put in. In a real bank, find out.

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("06")

# %% [markdown] lang="en"
# Then try these:
#
# 1. Mean perception equals mean expectation. What do the gap, the ratio of means and the mean ratio say?
# 2. A branch rises from rank 20 to rank 5 by the gap. Name two reasons that have nothing to do with better service.
# 3. "We had 10,000 answers, so the mean is exact." What is missing?
# 4. Modify: rank the branches with the 2024 survey. Who wins by gap and by ideal? *(Change `wave == 2025` where
#    `survey` is made, and run all cells.)*
# 5. Make: which `kind` of customer is more satisfied, by which formula? *(Start: add `"kind"` to `keep`.)*
#
# <details><summary>Answers</summary>
#
# 1. 0; 1; above 1, unless all expect the same or those who expect little also perceive little.
# 2. Its customers came to expect less; or chance, since some 74 answer.
# 3. Who did not answer, and why. The size of a sample does not mend its bias.
# 4. Branch 6 by the gap again: what its customers expect has lasted. By the ideal branch 11.
# 5. `crm.satisfaction_scores(answers, "kind").table`, after `keep=["branch", "kind", "sat_overall", "recommend"]`. The
#    two kinds hardly differ.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - One questionnaire, three formulas, different winners. Ask first *what for*.
# - A comparison measures the service **and** the yardstick. Lower the yardstick and the gap rises.
# - Do not divide answers of a rating scale; above all, do not average such ratios.
# - A rank without an interval claims too much. A net promoter score is a mean and has an error.
# - Those who stay silent are different. Weighting by what you know need not help; asking some of them does.
#
# | term | 中文 | meaning |
# |---|---|---|
# | expectation, perception, ideal | 期望, 可感知效果, 理想 | what should be, what is, the best imaginable |
# | disconfirmation, gap | 差异 | P − E |
# | zone of tolerance | 容忍区间 | from the service that is just adequate to the one desired; here: a band around the expected |
# | mind, behaviour, visual satisfaction | 理念满意, 行为满意, 视觉满意 | layers across: MS, BS, VS |
# | material, spiritual, social satisfaction | 物质满意, 精神满意, 社会满意 | layers upwards |
# | composite index | 满意度指数 | weighted mean of measures on 0-100 |
# | net promoter score | 净推荐值 | promoters minus detractors, −100 to 100 |
# | non-response | 无应答 | who was asked and stayed silent |
#
# **References.** Cronin, J. J., & Taylor, S. A. (1992). Measuring service quality. *Journal of Marketing*, 56(3). ·
# Guttman, L. (1944). A basis for scaling qualitative data. *American Sociological Review*, 9. · Hansen, M. H., &
# Hurwitz, W. N. (1946). The problem of non-response in sample surveys. *JASA*, 41. · Keiningham, T. L., et al.
# (2007). A longitudinal examination of net promoter and firm revenue growth. *Journal of Marketing*, 71(3). · Oliver,
# R. L. (1980). A cognitive model of the antecedents and consequences of satisfaction decisions. *Journal of Marketing
# Research*, 17. · Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1994). Reassessment of expectations as a
# comparison standard. *Journal of Marketing*, 58. · Reichheld, F. F. (2003). The one number you need to grow. *Harvard
# Business Review*, 81(12). · Rocks, B. (2016). Interval estimation for the net promoter score. *American
# Statistician*, 70. · Tse, D. K., & Wilton, P. C. (1988). Models of consumer satisfaction formation. *Journal of
# Marketing Research*, 25. · Zeithaml, V. A., Berry, L. L., & Parasuraman, A. (1993). The nature and determinants of
# customer expectations of service. *Journal of the Academy of Marketing Science*, 21.
#
# **Exercise:** [06](exercises/06_satisfaction.ipynb), with a bank of your own. **Next:** 07, service quality and complaints.
