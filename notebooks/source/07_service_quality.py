# ---
# jupyter:
#   crm:
#     concepts: [E4, C9, C11, E7, B2.5, B2.6, A15]
#     minutes: 90
#     title: Service quality and complaints
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 07 · Service quality and complaints
#
# **Is the branch without complaints the best?**
#
# *About 90 minutes; two sections are marked as optional. Before: lesson 00; lesson 06 helps.*
#
# After this lesson you can
#
# - **score** service quality with SERVQUAL, and **test** whether the scale deserves trust
# - **choose** between the gap and the perception alone, with evidence
# - **follow** problems through the complaint funnel, and **tell apart** three roads to zero complaints
# - **place** attributes on the importance-performance grid, and **say** what moves them
# - **read** a control chart without explaining noise

# %% [markdown] lang="en"
# ## The case
#
# Ms Zhao runs service at Harbour Bank. On Friday the board gives its service prize. One proposal is on the table: the
# prize goes to a branch **without a single complaint** in three years. Six of 36 branches qualify.

# %% [markdown] lang="en"
# ## Predict first
#
# Rank all 36 branches by the share of customers who leave: 1 loses fewest, 36 loses most. Where does the *best* of the
# six branches without complaints stand? And the *worst* of them? Type two numbers.

# %%
guess_best_rank = 1
guess_worst_rank = 10

# %% [markdown] lang="en"
# ## The data
#
# A yearly survey, a record of service problems, and who left. To *choose to go* is what counts: death, moving abroad
# and closing by the bank are left out, as in lesson 00.

# %%
import pandas as pd

import crmlib as crm

pd.set_option("display.max_colwidth", 120)
tables = ["customers", "years", "contacts", "problems", "survey", "pulse"]
tables += ["market_study", "campaign_members"]
bank = crm.load_bank(tables=tables)
not_chosen = ["death", "moved abroad", "closed by bank"]
customers = bank.customers.copy()
customers["own_choice"] = customers["left"].notna() & ~customers["exit_reason"].isin(not_chosen)
survey = bank.survey.merge(customers[["customer", "branch", "kind"]], on="customer")
bank.describe("problems").loc["date":"resolved", ["meaning"]]

# %% [markdown] lang="en"
# One row per problem that an *audit* found, **noticed by the customer or not**. Hardly any firm has such a record. It
# is what makes this lesson possible.

# %% [markdown] lang="en"
# ## The idea: quality is what I got, less what I expected
#
# SERVQUAL (Parasuraman, Zeithaml & Berry 1988) asks each customer 22 questions twice: what do you *expect* of a good
# bank, and what do you *perceive* at yours, from 1 to 7. For dimension $d$ with $k$ items
#
# $$ G_d = \frac{1}{k}\sum_{i=1}^{k} (P_i - E_i), \qquad G = \sum_d w_d\, G_d, \qquad \sum_d w_d = 1 $$
#
# $P_i$ and $E_i$ are answers in points, $G$ is a gap in points (below 0: less than expected), $w_d$ the share of 100
# points that the customer gives the dimension.

# %% [markdown] lang="en"
# The five dimensions: **tangibles** (what one sees), **reliability** (right, and on time), **responsiveness** (quick
# and willing), **assurance** (competent, safe), **empathy** (individual). One Chinese source calls reliability 准确性,
# accuracy, and assurance 真实性, truthfulness: the meaning is the same.

# %% [markdown] lang="en"
# ### By hand, on eight customers
#
# Five questions on reliability, asked twice.

# %%
eight = survey.query("wave == 2025").head(8)
expected = eight[["e_rel1", "e_rel2", "e_rel3", "e_rel4", "e_rel5"]].mean(axis=1)
perceived = eight[["p_rel1", "p_rel2", "p_rel3", "p_rel4", "p_rel5"]].mean(axis=1)
hand = eight[["customer", "branch"]].assign(expected=expected, perceived=perceived)
hand["gap"] = hand["perceived"] - hand["expected"]
hand.round(1)

# %%
print(f"mean gap of the eight: {hand['gap'].mean():.2f} points")

# %% [markdown] lang="en"
# ### One question is worded the other way round
#
# Before trusting 22 questions, look at them. *Item-total* is the correlation of a question with the sum of the others
# of its dimension.

# %%
crm.item_diagnostics(survey, ["p_emp1", "p_emp2", "p_emp3", "p_emp4", "p_emp5"]).round(2)

# %% [markdown] lang="en"
# The fifth question runs the other way (−0.52): it is worded negatively, on purpose, to catch who ticks without
# reading. It must be turned round, 8 − answer. Without that, `crm.servqual` refuses to score.

# %% [markdown] lang="en"
# ### With crmlib: the eight, then everybody

# %%
again = crm.servqual(eight, reverse=["emp5"]).table.set_index("dimension")
print(f"the eight again: {again.loc['reliability', 'gap']:.2f}")

# %%
scored = crm.servqual(survey, reverse=["emp5"], wave="wave")
scored.table.drop(columns=["respondents", "weighted_low", "weighted_high"]).round(2)

# %%
ax = crm.show.plot_gaps(scored.table)

# %% [markdown] lang="en"
# Reliability falls 0.35 points short, responsiveness 0.32; the rest is level. Customers give these two 60 of their 100
# points, so the weighted gap (−0.20) is worse than the plain one (−0.13). *(Descriptive; and those who answer are
# happier than those who do not, see lesson 06.)*

# %% [markdown] lang="en"
# ## Is the scale any good? (optional)
#
# **Reliability** of a scale (another word, another meaning: the share of a score that is not measurement error) is
# estimated by Cronbach's alpha, for items that carry the common part equally, and by McDonald's omega, which lets them
# differ:
#
# $$ \alpha = \frac{k}{k-1}\left(1 - \frac{\sum s_i^2}{s_{total}^2}\right), \qquad
# \omega = \frac{(\sum\lambda_i)^2}{(\sum\lambda_i)^2 + \sum\psi_i} $$
#
# with variances $s^2$ of the $k$ items and of their sum. A *loading* $\lambda_i$ says how strongly item $i$ hangs on what
# all items share; its *unique variance* $\psi_i$ is the rest. Both run up to 1: the higher, the less noise.

# %%
from crmlib.service import SERVQUAL

turned = crm.reverse_items(survey, ["p_emp5", "e_emp5"])
rows = []
for name, items in SERVQUAL.items():
    row = crm.reliability(turned, [f"p_{item}" for item in items])
    expected = crm.reliability(turned, [f"e_{item}" for item in items])
    rows.append(row.assign(dimension=name, alpha_expected=expected["alpha"]))
scales = pd.concat(rows).set_index("dimension")
scales[["items", "alpha", "alpha_low", "alpha_high", "omega", "alpha_expected"]].round(2)

# %% [markdown] lang="en"
# Alpha and omega agree, 0.82 to 0.83: the unequal loadings hardly matter here. Expectations are measured even better,
# 0.89 to 0.90.

# %% [markdown] lang="en"
# **And their difference?** If two scales go together, what they share cancels and their errors add up. The critics of
# SERVQUAL make much of it (Peter, Churchill & Brown 1993).

# %%
gap_scale = crm.difference_reliability(0.82, 0.89, correlation=0.06)
textbook = crm.difference_reliability(0.80, 0.80, correlation=0.60)
print(f"reliability of the gap: here {gap_scale:.2f}, in the textbook's warning {textbook:.2f}")

# %% [markdown] lang="en"
# In this bank expectation and perception hardly go together (correlation 0.06 for the dimension reliability), so the
# gap is as dependable as its parts. The warning is right where they do. **Dependable is not yet useful**, though: wait
# for the next section.

# %% [markdown] lang="en"
# **Five dimensions, or four?** Parallel analysis splits the 22 questions into components. A component's *eigenvalue* says
# how many questions' worth of differences it carries; it is kept if it carries more than in random answers (`chance`).

# %%
perceptions = [f"p_{item}" for items in SERVQUAL.values() for item in items]
crm.parallel_analysis(turned, perceptions, draws=20).head(6).round(2)

# %% [markdown] lang="en"
# Four, not five. Which two go together? The correlations of assurance with the others:

# %%
by_dimension = scored.customers[[f"perception_{name}" for name in SERVQUAL]].corr()
by_dimension["perception_assurance"].round(2)

# %% [markdown] lang="en"
# To these customers assurance and empathy are nearly one thing (0.81; every other pair lies near 0.35). Many replications
# of SERVQUAL found fewer dimensions than five, and not the same ones. Report both, decide on neither alone.

# %% [markdown] lang="en"
# ## Gap or perception?
#
# Cronin and Taylor (1992) drop the expectations: *SERVPERF*, perception alone, half the questionnaire. Which one goes
# with satisfaction, and with who leaves within a year of the survey?

# %%
people = scored.customers.merge(survey[["customer", "wave", "sat_overall"]], on=["customer", "wave"])
scores = ["gap", "weighted_gap", "perception", "weighted_perception"]
crm.compare_predictors(people, scores, "sat_overall").drop(columns="respondents").round(3)

# %%
people = people.merge(customers[["customer", "left", "own_choice"]], on="customer")
asked = pd.to_datetime(people["wave"].astype("str") + "-10-31")
in_a_year = people["left"].between(asked, asked + pd.DateOffset(years=1))
people["leaves"] = in_a_year & people["own_choice"]
early = people[people["wave"] < 2025]
crm.compare_predictors(early, scores, "leaves").drop(columns="respondents").round(3)

# %% [markdown] lang="en"
# `strength` is the share of the differences explained (first table) or the chance to tell a leaver from a stayer (second);
# `lead` is how much stronger a line is than the first one.
#
# The gap explains 3.5 % of the differences in satisfaction, perception 18 %. Of a leaver and a stayer, perception names
# the leaver right in 57 of 100 pairs, the gap in 53; a coin in 50. Weights add next to nothing. *(Predictive.)* The gap
# is dependable and says little: **reliable is not valid.**

# %% [markdown] lang="en"
# ### What the gap does to a ranking of branches

# %%
by_branch = crm.servqual(survey, "branch", reverse=["emp5"], wave="wave").table
overall = by_branch[by_branch["dimension"] == "overall"].set_index("branch")
ranks = overall[["expectation", "perception", "gap"]].rank(ascending=False).astype(int)
ranks.loc[[36, 2, 25]]

# %% [markdown] lang="en"
# Rank 1 is the highest, over all three waves (lesson 06 ranks the wave of 2025 alone, where branch 36 is 4th by gap). Branch
# 36 has the lowest expectations of all and is second by the gap, though only 23rd by
# perception. Branch 2 is 7th by the gap and 32nd by perception. Branch 25 is last by the gap because its customers
# expect most. *A low expectation buys a good gap.* The gap is a diagnosis of where promises and service part; it is no
# prize list.

# %% [markdown] lang="en"
# ## Complaints: the funnel
#
# Now Ms Zhao's proposal. A complaint is the last of several steps: something goes **wrong**, the customer **notices**,
# and **speaks**; the bank **resolves** it; the customer **stays** (here: half a year).

# %%
problems = bank.problems.copy()
problems["stayed"] = crm.stayed_after(problems, customers, days=183, as_of="2025-12-31")
funnel = crm.complaint_funnel(problems, stayed="stayed")
funnel.table.round(3)

# %%
ax = crm.show.plot_funnel(funnel.table)

# %% [markdown] lang="en"
# Of 100 problems the bank hears of 17. The complaint book shows the tip. (After 1,450 solved complaints 1,095 customers
# stayed and 72 left; for 283 the half-year was not over, or they left for another reason.) What became of the rest?

# %%
funnel.paths[["path", "problems", "share", "known", "stay_share", "stay_low", "stay_high"]].round(3)

# %% [markdown] lang="en"
# The largest path, 39 %, is **silent and not solved**: 85.3 % of those customers are still there half a year later,
# against 92.3 % of those who never noticed their problem. The unanswered complainers lie between (87.4 %). *Silence is
# not consent: it is the group that leaves.* Hirschman (1970) named the choice: **voice or exit**.

# %% [markdown] lang="en"
# ## Three roads to zero complaints
#
# Per branch: complaints, churn, and what the audit found.

# %%
record = crm.branch_record(customers, problems, start="2023-01-01", as_of="2025-12-31")
record["churn_rank"] = record["churn"].rank().astype(int)
zero = record[record["complaints"] == 0].sort_values("churn")
found = ["problems", "noticed_share", "solved_share", "unsolved_rate"]
zero[["branch", "customers", "churn", "churn_rank", *found]].round(3)

# %%
print("Best of the six:  you said rank", guess_best_rank, "- the data say", zero["churn_rank"].min())
print("Worst of the six: you said rank", guess_worst_rank, "- the data say", zero["churn_rank"].max())

# %% [markdown] lang="en"
# The six stand at ranks 4, 7, 9, 17, 35 and 36. **The branch that loses most customers has no complaints.** Read the
# last three columns: they tell three different stories.

# %%
roads = crm.zero_complaint_roads(record)
roads[["branch", "road", "what_it_is", "churn", "churn_low", "churn_high"]].round(3)

# %%
ax = crm.show.plot_complaints_churn(record, roads)

# %% [markdown] lang="en"
# - **Solved** (18, 26): problems are noticed and put right before anyone complains. Churn 11 and 12 %.
# - **Not noticed** (21, 28): only 6 to 8 % of many problems were noticed. `solved_share` is a share *of the noticed*: all of
#   those few were solved. No harm yet: churn 12 and 13 %. It comes when somebody looks.
# - **Not spoken** (2, 4): about one problem per customer and year, four in five noticed, one in nine of those solved.
#   Nobody spoke, or nobody was asked. Churn 18 and 19 %.
#
# Does churn go with complaints at all, or with unsolved problems? Over all branches, and without the two extreme ones:

# %%
others = record[~record["branch"].isin([2, 4])]
rates = ["complaint_rate", "unsolved_rate"]
goes_with = {"36 branches": record[rates].corrwith(record["churn"])}
goes_with["without 2 and 4"] = others[rates].corrwith(others["churn"])
pd.DataFrame(goes_with).round(2)

# %% [markdown] lang="en"
# The complaint rate says nothing about churn (−0.12; without the two +0.26). Unsolved problems seem to (+0.61), but two
# branches make most of it: without them +0.25, and 34 branches cannot tell that from zero. What speaks against silence is
# the comparison of *problems* above: without branches 2 and 4, too, the silent stay 7.1 points less often than those who
# noticed nothing.

# %% [markdown] lang="en"
# ## A claim on trial: "who complains and gets an answer becomes the most loyal"
#
# A textbook sentence, and half of it is in our sources. Attachment (three questions, 1-7) of those who complained in
# the twelve months before the survey:

# %%
told = problems[problems["voiced"]].copy()
told["wave"] = told["date"].dt.year + (told["date"].dt.month > 10)
answered = told.groupby(["customer", "wave"])["resolved"].min().rename("answered")
survey = survey.join(answered, on=["customer", "wave"])
survey["complaint"] = survey["answered"].map({True: "answered", False: "not answered"}).fillna("none")
survey["attachment"] = survey[["att1", "att2", "att3"]].mean(axis=1)
crm.adjusted_difference(survey, "attachment", "complaint", reference="none").round(2)

# %% [markdown] lang="en"
# Answered complainers are 0.22 points more attached than customers who did not complain. Proof? Look at the other line:
# the **unanswered** are 0.39 points more attached. It cannot be the answer. *The attached are those who bother to
# complain.*

# %%
survey["perception"] = scored.customers["perception"]
held = {"attachment": ["attachment"], "and perception": ["attachment", "perception"]}
compared = {}
for name, columns in held.items():
    compared[name] = crm.adjusted_difference(survey, "sat_overall", "complaint", "none", columns)
satisfied = pd.concat(compared).droplevel(1).set_index("group", append=True)
satisfied[["adjusted", "adjusted_low", "adjusted_high"]].round(2)

# %% [markdown] lang="en"
# Among equally attached customers an answered complaint leaves satisfaction where it was (0.01, interval −0.16 to
# 0.17); an unanswered one costs 0.41 points of ten. With perceptions held equal, too, it is −0.03 (−0.18 to 0.11) and
# −0.39. Careful with the second pair: perception was asked *after* the complaint, so holding it equal may take away a
# part of what the complaint did. Here both pairs say the same. An answer *repairs*; it does not reward. *(Descriptive
# with adjustment; causal only if nothing else differs.)* Halstead and Page (1992), among buyers of carpets: those who
# complained meant to buy again no more than others did; among the dissatisfied ones a good answer raised the intention.

# %% [markdown] lang="en"
# ## Importance and performance
#
# Where does a yuan of service buy most? Martilla and James (1977): plot importance against performance and cut both
# axes. They asked how important each thing is; it can also be given in 100 points (*stated*), or *derived* from
# choices. The bank's market study asks 1,500 people about three banks and which they would choose next.

# %%
names = ["brand", "value", "relationship"]
study = bank.market_study
weights = crm.derived_importance(study, names, habit="main_bank")
weights.round(2)

# %%
mean = 100 * (study.groupby("bank")[names].mean() - 1) / 9
market = pd.DataFrame({"group": "Harbour Bank in its market", "attribute": names})
market["importance"] = 100 * weights["share"]
market["performance"] = mean.loc["Harbour Bank"].to_numpy()
market["rival"] = mean.drop("Harbour Bank").max().to_numpy()
placed = crm.importance_performance(market, rival="rival")
ax = crm.show.plot_importance_performance(placed, rival="rival")

# %% [markdown] lang="en"
# A weight is in log-odds: one point of ten more in value multiplies the odds of being chosen by 1.54. Value has the
# largest weight (0.43; 0.37 to 0.49), but relationship (0.36; 0.30 to 0.42) may equal it: the intervals overlap. Harbour Bank
# does value well by its own standard, and a rival does it 2.3 points of 100 better; in brand the best rival is 8.5 points
# ahead. Relationship is where the bank leads, by 4.2. *A strength that the rival has, too, sets nobody apart.*

# %% [markdown] lang="en"
# ### Importance depends on who buys
#
# Our sources say: in business markets, support, training and upgrades weigh more than function and price. Delta Power
# asked 600 customers of three classes.

# %%
utility = crm.load_utility(tables=["customers", "importance", "survey"])
rated = utility.importance.merge(utility.customers[["customer", "class"]], on="customer")
classes = crm.importance_by_class(rated)
classes.pivot(index="attribute", columns="class", values="rank").sort_values("industrial")

# %%
ax = crm.show.plot_class_importance(classes)

# %% [markdown] lang="en"
# Industry ranks emergency repair and technical support first and price last; households rank price second and training
# last. For industry the claim holds for repair, support and upgrades; training (5.70) is level with function (reliability of
# supply 5.70, power quality 5.70). For homes it fails: **average over classes, and you serve nobody.**

# %% [markdown] lang="en"
# ## Explore
#
# Choose whose customers, and move the two cuts (arrow keys work, too).
#
# - Harbour Bank: move *good enough* from 65 to 70. How many verdicts change?
# - Then go to Delta Power's three classes with the same cuts. Do the verdicts differ as much as the ranks above?
# - Last, the bank in its market: where is the best rival (grey) ahead?

# %%
power = utility.survey.merge(utility.customers[["customer", "class"]], on="customer")
power["class"] = "Delta Power, " + power["class"].astype("str")
power_table = crm.servqual(power, "class", reverse=["emp5"], wave="wave", weight="weight").table
grid = pd.concat(
    [
        crm.servqual_attributes(scored.table, group="Harbour Bank"),
        crm.servqual_attributes(power_table, by="class"),
        market,
    ],
    ignore_index=True,
)

# %%
first = crm.importance_performance(grid[grid["group"] == "Harbour Bank"])
ax = crm.show.plot_importance_performance(first)

# %% tags=["nbval-ignore-output"]
crm.show.explore_importance(grid)

# %% [markdown] lang="en"
# You should have seen: four of the five verdicts change between 65 and 70; only assurance stays. Reliability is the most
# important at every cut, and whether it is "good" hangs on a cut that *you* chose: at 68 of 100 the bank keeps up the good
# work, at 70 it must concentrate there. The classes part less than the ranks above: at 65 in one verdict (responsiveness is
# good enough for industry only), at 70 in none. This questionnaire asks about counters and manners, not about training and
# repair: *the grid knows only what was asked.* In the market the best rival is ahead in brand and value.

# %% [markdown] lang="en"
# ## A standing mechanism: survey → cause → audit → repair → survey
#
# Quality is not a yearly event. Before, during and after a service something is measured, a cause is found, repaired,
# and measured again. Each month the bank asks some 420 customers one question. Which months deserve a meeting? A
# **control chart** puts limits at
#
# $$ \bar{x} \pm 3\,\frac{s}{\sqrt{n_t}} $$
#
# with centre $\bar{x}$ and pooled standard deviation $s$ of a calm period, and $n_t$ answers in month $t$.

# %%
chart = crm.control_chart(bank.pulse, size="answered", spread="sd_score", baseline_until="2024-06-30")
ax = crm.show.plot_control(chart.points)

# %%
signals = chart.points[chart.points["signal"] != ""]
signals[["time", "value", "z", "signal"]].round({"value": 1, "z": 1})

# %% [markdown] lang="en"
# Four of 36 months lie outside the limits. The other 32 wander between 77 and 82, and each of those moves may be what 220
# answers do by chance: *a manager who explains them one by one explains noise.* A slow drift can hide between the limits,
# though. Extra rules look for it, such as the Western Electric rules of 1956 (two of three points beyond two standard errors,
# eight in a row on one side ...). They find more and cry wolf more: with all four a calm process signals once in 92 points
# (Champ & Woodall 1987).

# %% [markdown] lang="en"
# ## Invite the customers in? (optional)
#
# Our sources: invited customers feel trusted and repay it with lasting loyalty. In 2024 the bank drew lots: half of
# 4,064 customers were invited to a panel. Who left within a year?

# %%
panel = bank.campaign_members.query("campaign == 'panel'")
crm.invitation_effect(panel, "outcome", took_part="responded").round(3)

# %% [markdown] lang="en"
# Those who took part left 2.7 points less often than the control group. That line is *naive*: who accepts an invitation
# was attached before. The line that the lot makes **causal** is the first: −0.8 points, anything from −2.8 to +1.2. *Took
# part, per head* divides it by the 43 % who came: −1.8 points for one who comes, if an invitation without coming does
# nothing. **These data cannot tell** whether the invitation keeps anybody.

# %% [markdown] lang="en"
# ## Who owns which gap?
#
# Customers' gap has four sources inside the firm (Parasuraman, Zeithaml & Berry 1985). An airline that advertises
# "never late" opens the fourth without touching an aircraft.

# %%
gaps = crm.five_gaps()
gaps[["gap", "name", "term", "owner", "measured"]]

# %%
gaps.set_index("name")[["between", "measured_by"]]

# %% [markdown] lang="en"
# Only two of five are measured. For gap 1 **no data of this bank can tell**: no manager was ever asked. Gap 2 leaves a
# trace: the standard in use is what agents code, against what customers then do.

# %%
coded = bank.contacts.groupby("coded_resolved")["repeat_within_7_days"].agg(["size", "mean"])
coded["share of contacts"] = coded["size"] / coded["size"].sum()
coded.round(2)

# %% [markdown] lang="en"
# Agents coded 91 % of contacts as resolved. Of those, 9 % came back about the same matter within a week. Counted by what
# customers do, 83 % of contacts settled the matter, not 91: a standard that the measured people fill in themselves measures
# their pen.

# %% [markdown] lang="en"
# ## The decision on Friday
#
# Not "the branch without complaints": branches 2 and 4 have none and lose 18 and 19 % a year, all branches together 13 %.
# And which lever first? **If** the half-year difference between a path and the unnoticed problems is the problem's doing,
# then it costs each year:

# %%
paths = funnel.paths.set_index("path")
stay, a_year = paths["stay_share"], paths["problems"] / 3
variance = stay * (1 - stay) / paths["known"]
error = (variance + variance["not noticed"]) ** 0.5
lost = stay["not noticed"] - stay
worth = bank.years["contribution"].sum() / bank.years["months"].sum() * 12
levers = pd.DataFrame({"customers": lost * a_year, "¥ thousand": lost * a_year * worth / 1_000})
levers["low"], levers["high"] = (lost - 1.96 * error) * a_year, (lost + 1.96 * error) * a_year
levers.loc[["silent, not solved", "complained, not solved"]].round(0).astype(int)

# %% [markdown] lang="en"
# In customers: about 127 for the silent problems (103 to 152), with ¥63 thousand of contribution in the first year
# alone, against 15 for unanswered complaints. That says: **the silent first.** Whether by prevention (*right the first
# time*, our sources' order), by a channel that makes it easy to speak, or by an audit that repairs unasked, these data
# cannot tell: none of it was tried. The ¥63 thousand are the price limit: more than that no measure can bring in its
# first year, by this estimate, even if it reaches every silent problem. Where to begin the data do tell: branches 2
# and 4 hold 27 % of the silent problems. And with what: *reliability* and *responsiveness* carry 60 of 100 points, at
# any cut of the grid, and fall short most. (Brand, where a rival is far ahead, is not Ms Zhao's to mend.)

# %% [markdown] lang="en"
# **Ms Zhao's answer.** No prize for zero. If the board wants to honour something, let it be **solving problems before
# anybody complains**: branches 18 and 26 do. It is a prize for a practice, not for loyalty: their churn may be like
# everybody's (9 to 14 %, 10 to 15 %), and the three branches that lose fewest, 13, 11 and 35, have complaints. Branches 2 and
# 4 get a visit and a monthly count of problems found; 21 and 28 a quiet repair before customers notice. A channel to speak
# opens in half of the other branches, drawn by lot, so that next year's comparison is causal. Pay a branch for problems
# found and solved, never for few complaints: pay for few, and *few complaints* is what you get. *(Descriptive; the lot will
# make it causal.)*

# %% [markdown] lang="en"
# ## Where it breaks
#
# - **Few firms have the audit.** From complaints alone the three roads look the same. Without an audit, ask in the
#   survey: *did you have a problem? did you tell us?* Delta Power does.
# - **Branches are small.** Branch 28's churn may be anything from 11 to 15 %. Its rank of 17 is not worth a bonus.
# - **The unnoticed as a yardstick.** Silent and unnoticed problems may differ in more than notice. Here they do not, by
#   design; in your firm they may.
# - **Sources disagree.** One leans to "no complaints, good service", two deny it. In TARP's survey (1979, as
#   reported) three in ten households did not complain even about their most serious problem.
# - **Stated importance** is cheap: everything is important. Derived importance needs choices.

# %% [markdown] lang="en"
# ## How close did we get?
#
# What the simulation recorded, beside what we found.

# %%
truth = bank.truth
kinds = truth.tables["branches"].set_index("branch")["kind"]
usual = problems[problems["branch"].map(kinds) == "ordinary"]
ordinary = crm.complaint_funnel(usual).table.set_index("stage")["of_stage_before"]
checks = pd.DataFrame(index=["found", "truth"])
importance = scored.table.set_index("dimension").loc["reliability", "importance"]
checks["weight of reliability"] = importance, truth["quality.weight_rel"]
checks["noticed"] = ordinary["noticed"], truth["problem.noticed"]
checks["complaints resolved"] = ordinary["resolved"], truth["problem.resolved"]
checks["weight of value"] = weights["weight"][1], truth["choice.value"]
checks.T.round(2)

# %%
roads[["branch", "road"]].assign(truth=roads["branch"].map(kinds))

# %% [markdown] lang="en"
# All six roads are right. An answered complaint leaves −0.05 SD of satisfaction on record: *no* recovery paradox was
# put in, and none was found. The special months on record are August and September 2024 and July 2025: all three
# signalled. **April 2025 was chance.** Taking part in the panel does lift satisfaction by 0.3 SD; leaving moves too
# little for a trial of 4,064 to see it.

# %% [markdown] lang="en"
# *A warning for the whole course: simulated data echo what was put in. They show how a claim is tested, and how a test
# misleads.*

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("07")

# %% [markdown] lang="en"
# Then try these:
#
# 1. A branch halves its complaints in a year. Name three different reasons, and the number that would tell them apart.
# 2. Alpha of a scale is 0.95. Is it a good scale?
# 3. The pulse falls from 80.1 to 79.0. What do you do?
# 4. Modify: set `noticed_below=0.05` in `crm.zero_complaint_roads(record, ...)`. What happens to branches 21 and 28,
#    and is that sensible?
# 5. Make: which `kind` of problem stays silent most often? *(Start from `crm.complaint_funnel(problems, by="kind")`.)*
#
# <details><summary>Answers</summary>
#
# 1. Fewer problems, fewer noticed, fewer spoken. The audit (or a survey question) of problems that nobody voiced.
# 2. It is consistent. It may ask one thing five times, and still predict nothing.
# 3. Nothing about that month: it is well inside the limits. Watch whether the fall goes on.
# 4. They become "solved": the few that were noticed were all solved. The first question must be whether customers
#    notice at all.
# 5. All four kinds are alike: the intervals overlap.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - No complaints is not yet quality: it may mean solved, not noticed, or not spoken.
# - The silent leave. Count problems, not complaints.
# - A gap mixes service with expectation. To rank, use perception; to diagnose, the gap.
# - Dependable is not valid. Check both.
# - The attached complain. Answering repairs; it does not make loyal by itself.
# - Importance is a question of *whose*, and of your cut.
# - Between the limits of a control chart, explain no single month; watch for a slow drift.

# %% [markdown] lang="en"
# | term | 中文 | meaning |
# |---|---|---|
# | service quality gap | 服务质量差距 | perception − expectation |
# | tangibles, reliability | 有形性、可靠性(准确性) | what one sees; right and on time |
# | responsiveness, assurance, empathy | 响应性、保证性(真实性)、移情性 | quick and willing; competent, safe; individual |
# | SERVPERF | 绩效感知服务质量 | perception alone |
# | zero complaints | 零投诉 | no complaint on record: three roads lead there |
# | complaint handling | 投诉处理 | what happens after a complaint |
# | augmented product | 附加产品 | support, training, repair around the core |
# | customer participation | 客户参与 | customers take part in the service or its design |
# | standing satisfaction mechanism | 满意度常态机制 | survey, cause, audit, repair, survey |

# %% [markdown] lang="en"
# **References.** Champ, C. W., & Woodall, W. H. (1987). Exact results for Shewhart control charts with
# supplementary runs rules. *Technometrics*, 29. · Cronin, J. J., & Taylor, S. A. (1992). Measuring service quality.
# *Journal of Marketing*, 56(3). · Halstead, D., & Page, T. J. (1992). The effects of satisfaction and complaining
# behavior on consumer repurchase intentions. *Journal of Consumer Satisfaction, Dissatisfaction and Complaining
# Behavior*, 5. · Hirschman, A. O. (1970). *Exit, Voice, and Loyalty*. · Martilla, J. A., & James, J. C. (1977).
# Importance-performance analysis. *Journal of Marketing*, 41. · Parasuraman, A., Zeithaml, V. A., & Berry, L. L.
# (1985). A conceptual model of service quality. *Journal of Marketing*, 49. · Parasuraman, A., Zeithaml, V. A., &
# Berry, L. L. (1988). SERVQUAL: A multiple-item scale. *Journal of Retailing*, 64. · Peter, J. P., Churchill, G.
# A., & Brown, T. J. (1993). Caution in the use of difference scores in consumer research. *Journal of Consumer
# Research*, 19. · TARP (1979). *Consumer complaint handling in America*.
#
# **Exercise:** [07](exercises/07_service_quality.ipynb), with a bank of your own. **Next:** 08, who is loyal, and
# who merely has not left.
