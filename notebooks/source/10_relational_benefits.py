# ---
# jupyter:
#   crm:
#     concepts: [E2, E3, E5, E6e]
#     minutes: 90
#     title: Relational benefits
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 10 · Relational benefits
#
# **Do discounts or confidence build loyalty?**
#
# *About 90 minutes. Before it: 00. Lessons 06 (satisfaction) and 08 (loyalty) help.*
#
# After this lesson you can
#
# - **name** four benefits of a relationship, and **map** them onto the other list in the literature
# - **estimate** the paths from benefits over satisfaction and commitment to loyalty, and **split** an effect into parts
# - **compare** five designs, and **say** which of them could have been fooled, and how
# - **date** a bond before the leaving that it is said to prevent
# - **decide** what a benefit may cost

# %% [markdown] lang="en"
# ## The case
#
# Ms Lin runs the customer programmes of **Harbour Bank**. Her analyst shows that customers who get discounts are the most
# attached of all. "Let us give fee discounts to 5,000 more customers", he says. "It costs ¥80 each, ¥0.4 million a year." A
# colleague would rather spend it on *special treatment*: quicker service, an appointment on the same day. It costs ¥80, too.
# By Friday Ms Lin must say yes to one of them, or to neither.

# %% [markdown] lang="en"
# ## Predict first
#
# Four benefits: `"discounts"`, `"special treatment"`, `"community"`, `"confidence"`. Raise each by the same amount for one
# customer. Which one adds most to *attachment*? And if 1,000 customers get special treatment, how many of them stay the year who
# would have left?

# %%
guess_benefit = "discounts"
guess_kept = 50

# %% [markdown] lang="en"
# ## The idea: four benefits, two mediators
#
# A **relational benefit** is what a customer gets from the *relationship*, beyond the product. The course's textbook names
# four. Gwinner, Gremler and Bitner (1998) name three, and cut differently:

# %%
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
pd.options.display.max_colwidth = 60
crm.relational_benefits()[["benefit", "level", "meaning", "gwinner"]]

# %% [markdown] lang="en"
# Mind the trap in the words: *social* benefits are personal ties with the staff, *community* is a club of customers. One is no
# translation of the other.
#
# Between benefit and loyalty stand two **mediators**. **Cumulative satisfaction** (累加式满意) is the sum of all
# experience; the satisfaction with a single transaction is a mood that passes, says the textbook. **Commitment** (承诺)
# is the lasting wish to keep a relationship in which one has invested. Each arrow is a regression,
#
# $$ M = a\,X + \text{rest}, \qquad Y = c'\,X + b\,M + \text{rest}, \qquad c = c' + a\,b $$
#
# with benefit $X$, mediator $M$, loyalty $Y$, all in standard deviations (SD): $a$, $b$ are paths, $c'$ is the **direct** effect,
# $a\,b$ the **indirect** one, $c$ the **total** (Baron and Kenny 1986).

# %% [markdown] lang="en"
# ### By hand, on eight customers
#
# The bank asks every October. Eight customers who answered in 2024 and in 2025, *chosen to show the idea*: what they think of
# the bank's discounts, and how attached they are (1 to 7).

# %%
bank = crm.load_bank(tables=["customers", "survey", "years", "bonds", "campaign_members", "problems"])
survey = bank.survey.copy()
answers = survey[["customer", "wave"]].copy()
answers["discounts"] = survey[["eco1", "eco2"]].mean(axis=1)
answers["attachment"] = survey[["att1", "att2", "att3"]].mean(axis=1)
old, new = answers[answers["wave"] == 2024], answers[answers["wave"] == 2025]
twice = old.merge(new, on="customer", suffixes=("_old", "_new"))
eight = twice.drop(columns=["wave_old", "wave_new"]).iloc[204:212].reset_index(drop=True)
eight

# %% [markdown] lang="en"
# Two questions of the same eight people. Do those with *more* discounts like the bank more? Did those whose discounts *rose*
# come to like it more? The slope of a line is the covariance over the variance:

# %%
rise = pd.DataFrame({"discounts": eight["discounts_new"] - eight["discounts_old"]})
rise["attachment"] = eight["attachment_new"] - eight["attachment_old"]
between = eight[["discounts_new", "attachment_new"]].cov().iloc[0, 1] / eight["discounts_new"].var()
within = rise.cov().iloc[0, 1] / rise["discounts"].var()
print(f"between customers: {between:.2f} points per point; within a customer: {within:.2f}")

# %% [markdown] lang="en"
# Between customers, a point more of discounts goes with 0.34 points more attachment. Within a customer, with 0.01. Now the same
# two slopes with `crm`:

# %%
line = {"attachment_new": ["discounts_new"]}
by_crm = crm.path_model(eight, line, standard=False).table
rise["customer"] = eight["customer"]
change = crm.path_model(rise, {"attachment": ["discounts"]}, standard=False).table
pd.concat([by_crm, change])[["cause", "effect", "estimate"]]

# %% [markdown] lang="en"
# ## The whole survey: paths
#
# `BENEFIT_SCALES` says which questions belong to which feeling. Two questions on confidence agree only in part: each is answered
# with error. Errors hide effects. `corrected=True` measures the error by how far questions on one thing *disagree*, and takes it
# out. Perceived reliability and responsiveness come along: good service makes customers confident *and* satisfied.

# %%
scales = crm.benefits.BENEFIT_SCALES
service = ["reliability", "responsiveness"]
arrows = {
    "satisfaction": ["confidence", "special", "economic", *service],
    "commitment": ["satisfaction", "confidence", "special", "community", "economic"],
    "intention": ["satisfaction", "commitment", "economic"],
}
paths = crm.path_model(survey, arrows, scales=scales, corrected=True)
shown = paths.table[~paths.table["cause"].isin(service)]
paths.scales[["variable", "items", "mean", "reliability"]].head(7)

# %%
ax = crm.show.plot_paths(shown, title="Confidence works through satisfaction")

# %% [markdown] lang="en"
# Confidence → satisfaction is the strongest path from a benefit: 0.38. Confidence → commitment is 0.02, too small to tell from
# 0: dashed. Community goes straight to commitment (0.25); special treatment does both (0.10 and 0.15). Discounts → intention:
# −0.01. *(Descriptive: one moment in time, and we chose which way the arrows point.)*

# %% [markdown] lang="en"
# ### Through what does confidence work?
#
# Intervals come from drawing the *customers* anew 2,000 times, since a product of two estimates is not bell-shaped.
# (Drawing anew: Preacher and Hayes 2008.)

# %%
plan = {"adjust_for": service, "scales": scales, "corrected": True}
split = crm.mediate(survey, "confidence", ["satisfaction", "commitment"], "intention", **plan)
split.table

# %% [markdown] lang="en"
# Of a total of 0.19, 0.10 runs through satisfaction and 0.06 through commitment; the direct rest is 0.03 (−0.01 to 0.07). About
# four fifths of the effect are mediated. How can 0.06 run through commitment if the arrow from confidence to it is dashed?
# Nearly all of it takes the long way, confidence → satisfaction → commitment → intention: 0.38 × 0.40 × 0.34 = 0.05.
# *(Descriptive: one survey, at one moment. It would be causal only if nothing else drove mediator and intention, which no
# regression can test.)*

# %% [markdown] lang="en"
# ### From feelings to words and deeds
#
# Intention is an answer. Do the two mediators also show in what customers tell others, and in who leaves by own choice in the
# twelve months after the survey?

# %%
not_chosen = ["death", "moved abroad", "closed by bank"]
exits = bank.customers[["customer", "left", "exit_reason"]]
after = survey[survey["wave"] < 2025].merge(exits, on="customer")
asked = pd.to_datetime(after["wave"].astype("str") + "-10-31")
soon = (after["left"] > asked) & (after["left"] <= asked + pd.DateOffset(years=1))
after["leaves"] = soon & ~after["exit_reason"].isin(not_chosen)
both = ["satisfaction", "commitment"]
deeds = crm.path_model(after, {"word_of_mouth": both, "leaves": both}, scales=scales, corrected=True)
100 * deeds.table.set_index(["effect", "cause"])[["estimate", "low", "high"]]

# %% [markdown] lang="en"
# Times 100. Recommending rises by 0.37 SD per SD of satisfaction and by 0.23 per SD of commitment. Leaving is yes or no: an SD of
# satisfaction goes with 1.45 fewer leavers among 100 customers (0.33 to 2.57), an SD of commitment with 1.29 (0.13 to 2.45).
# *(Predictive: dated, not drawn by lot.)*

# %% [markdown] lang="en"
# ### An unsolved problem
#
# Does a bad experience shake all three feelings alike? Mark who had a problem that nobody solved in the twelve months before
# the survey.

# %%
sore = bank.problems[bank.problems["noticed"] & ~bank.problems["resolved"]]
told = survey[["customer", "wave"]].merge(sore[["customer", "date"]], on="customer")
asked = pd.to_datetime(told["wave"].astype("str") + "-10-31")
told = told[(told["date"] <= asked) & (told["date"] > asked - pd.DateOffset(years=1))]
key = ["customer", "wave"]
survey["unsolved"] = survey.set_index(key).index.isin(told.set_index(key).index)
felt = {name: ["unsolved"] for name in ["satisfaction", "commitment", "attachment"]}
moods = crm.path_model(survey, felt, scales=scales).table
moods[["cause", "effect", "estimate", "low", "high"]]

# %% [markdown] lang="en"
# What they *say* of their satisfaction is lower by 0.42 SD. Commitment and attachment hardly differ: both intervals hold 0. An unsolved
# problem colours the satisfaction answer more than commitment, even though the three questions ask about all experience so far.
# *(Descriptive: problems are not dealt out by lot. How long the colour lasts was not measured.)*

# %% [markdown] lang="en"
# ## What does each benefit do to attachment? Five designs
#
# | design | compares | can be fooled by |
# |---|---|---|
# | alone | customers with more and with less, today | everything that differs between them |
# | together | the same, other benefits and service equal | what was not asked; the arrow may point backwards |
# | lagged | attachment next year, given benefit and attachment this year | what lasts in a person |
# | change | a customer with himself a year before | what changes at the same time |
# | by lot | those who were offered it by lot with those who were not | chance alone |
#
# One benefit was offered by lot: in January 2024 the bank gave special treatment to a random half of a list.

# %%
offer = bank.campaign_members[bank.campaign_members["campaign"] == "special-offer"]
arm = (offer.set_index("customer")["arm"] == "treated").astype(float)
survey["offered"] = survey["customer"].map(arm).where(survey["wave"] >= 2024)
benefits = ["economic", "special", "community", "confidence"]
found = crm.benefit_evidence(
    survey, benefits, "attachment", adjust_for=service, lot={"special": "offered"}
)
effects = found.table.pivot(index="benefit", columns="design", values="estimate")
effects.loc[benefits, ["alone", "together", "lagged", "change", "by lot"]].round(2) + 0

# %%
ax = crm.show.plot_evidence(found.table, title="Discounts win until each customer meets himself")

# %%
said = {"economic": "discounts", "special": "special treatment"}
table = found.table.set_index(["design", "benefit"])["estimate"]
first = table["alone"].idxmax()
print("You said:", guess_benefit, "- the snapshot says:", said.get(first, first))

# %% [markdown] lang="en"
# How far a design can see depends on its answers: *alone* and *together* use 7,525, *lagged* and *change* the 827 pairs of answers
# that one customer gave in two years running.
#
# The snapshot (*alone*) says discounts, 0.24, far ahead of confidence at 0.15. Other benefits and service held equal: still 0.23.
# Even dated first (*lagged*) they keep 0.14, and nothing else is left. Only the comparison of each customer with himself says
# **0.00** (−0.07 to 0.06), while confidence, special treatment and community keep 0.09 to 0.14.
#
# Why did the lag not help? Who likes the bank for life gets discounts in every year, and likes it next year, too: the order in
# time is right, and the cause still lies behind both. And adjusting for last year's attachment takes away what the other
# benefits had already built. *A lag cures reversed order. It does not cure lasting differences.*

# %% [markdown] lang="en"
# The lot agrees where it speaks: special treatment 0.18 (0.03 to 0.34). The offer raised the treatment that customers notice by 0.77
# SD and their attachment by 0.14 SD; the number is their ratio, per SD of treatment, and takes for granted that the offer acts
# through the treatment alone. *(Causal: drawn by lot; among those who answered. The others are not: "change" assumes that nothing
# else changed with them.)* For discounts, community and confidence there was no lot.
#
# **And the error in the answers?** The paths above were corrected for it, these designs are not, and a difference of two answers holds
# the error of both. The same designs with `corrected=True`, for discounts:

# %%
exact = crm.benefit_evidence(survey, benefits, "attachment", adjust_for=service, corrected=True)
columns = ["design", "estimate", "low", "high", "answers"]
exact.table.loc[exact.table["benefit"] == "economic", columns]

# %% [markdown] lang="en"
# The promise grows (*alone* 0.32), and the doubt grows more: *change* says −0.01 (−0.20 to 0.17). So there is no sign of an effect, but
# an effect of up to half of what the snapshot promises is still possible.

# %% [markdown] lang="en"
# ## Explore
#
# What does ¥100 buy? Choose whose evidence to **believe**, and set what it costs to raise each benefit by 1 SD for one customer.
#
# - Believe *alone*. Which benefit is the best buy at the start?
# - Change to *change*. What happens to discounts? Make them as cheap as you can.
# - Stay with *change*. How cheap must special treatment become to beat community?
#
# *(The static figure above holds the same effects, for those who read without a kernel. The costs are examples.)*

# %% tags=["nbval-ignore-output"]
crm.show.explore_benefits(found.table)

# %% [markdown] lang="en"
# You should have seen: by *alone*, discounts are the best buy, 0.31 SD for ¥100. By *change* they buy nothing at any
# price, and community (0.14) and special treatment (0.13) lead; at ¥100 special treatment passes community. What to
# invest in depended on the design, not on the costs.

# %% [markdown] lang="en"
# ## Bonds: what ties a customer
#
# Berry and Parasuraman (1991) call a **social bond** a personal tie (a personal adviser), and a **structural bond** one that is
# built into how both work (salaries or payables through the bank). Do they keep customers? Compare the rate of leaving, month by
# month. The wrong way first: *ever had the bond*.

# %%
people = bank.customers.assign(own=~bank.customers["exit_reason"].isin(not_chosen))
records = {"observed_from": "2023-01-01", "as_of": "2025-12-31", "own_choice": "own"}
kinds = ["adviser", "payroll"]
ever = crm.bond_hazard(people, bank.bonds, kinds, ever=True, **records).table
before = crm.bond_hazard(people, bank.bonds, kinds, **records).table
both = pd.concat({"ever had": ever, "had it before": before}).droplevel(1)
both[["term", "hazard_ratio", "ratio_low", "ratio_high"]]

# %% [markdown] lang="en"
# A `hazard_ratio` of 0.52 reads: who ever had payroll leaves at 0.52 times the rate of others. But who got payroll in
# the third year *had to stay for two years to get it*: those years look immortal. Counted only from the day on which
# the bond began, it is 0.62; the adviser goes from 0.61 to 0.73. *(Predictive. Customers who stay anyway may take
# payroll more often.)*

# %% [markdown] lang="en"
# ## Value made together: who keeps the saving?
#
# A structural bond can be a joint improvement. The textbook tells of HDOX, a British maker of peroxide: a customer, a
# textile bleacher, suggested another process, and three steps became two. Both gain; how much each depends on the split. The
# numbers here are invented: a saving of ¥300,000 a year for five years at a discount rate of 10 %, ¥400,000 invested by the supplier and
# ¥250,000 by the customer. Each gets half of the saving; who leaves at once gets 20 % of his investment back (`recoverable`),
# later less, in the end nothing. The supplier keeps the share $s$ of the saving $S$; with the discount rate $i$, both gain if
#
# $$ \frac{I_1}{S\,A} < s < 1 - \frac{I_2}{S\,A}, \qquad A = \sum_{t=1}^{5} (1+i)^{-t} $$

# %%
joint = crm.joint_value(300_000, 0.5, 400_000, 250_000, recoverable=0.2)
print(f"the supplier's share must lie between {joint.shares['lowest'][0]:.0%}", end=" ")
print(f"and {joint.shares['highest'][0]:.0%}")
joint.switching.set_index("year") / 1000

# %% [markdown] lang="en"
# Any share from 35 to 78 % pays for both. The table, in ¥ thousand, says what *leaving* would cost each side at the end of
# each year: ¥519 thousand for the customer in year 0. A bond of value: it hurts to leave because staying is good. Compare
# it with a penalty in a contract.

# %% [markdown] lang="en"
# ## The decision on Friday
#
# Feelings are not money. How many leave within a year of the offer, by lot?

# %%
offer_people = offer.assign(offered=offer["arm"] == "treated")
kept = crm.path_model(offer_people, {"outcome": ["offered"]}, standard=False).table.iloc[0]
print(f"leaving: {1000 * kept['estimate']:.0f} of 1,000", end=" ")
print(f"(from {1000 * kept['low']:.0f} to {1000 * kept['high']:+.0f}); you said -{guess_kept}")
full = bank.years[(bank.years["year"] == 2025) & (bank.years["months"] == 12)]
margin, rate = full["contribution"].mean(), 0.10
retention = 1 - offer.loc[offer["arm"] == "control", "outcome"].mean()
worth = margin * retention / (1 + rate - retention)
per_saved, at_best = 80 / -kept["estimate"], 80 / -kept["low"]
print(f"a kept customer is worth ¥{worth:,.0f}; one costs ¥{per_saved:,.0f},", end=" ")
print(f"¥{at_best:,.0f} at the interval's best end")

# %% [markdown] lang="en"
# Special treatment keeps about 15 of 1,000 (from 36 kept to 7 lost): ¥80 each makes ¥5,445 per customer kept. An average customer
# contributes ¥569 a year, 88 % stay, and so one who is kept is worth ¥2,291 (lesson 03: $m\,r / (1 + i - r)$). So the offer loses money on
# the average customer; only at the very best end of the interval, ¥2,220, would it just pay. Whom could it pay for?

# %%
needed = per_saved * (1 + rate - retention) / retention
rich = full[full["contribution"] >= needed]
print(f"{len(rich):,} of {len(full):,} customers contribute ¥{needed:,.0f} or more a year")
typical = rich["contribution"].median()
gain = len(rich) * (typical * retention / (1 + rate - retention) * -kept["estimate"] - 80)
print(f"offered to them: ¥{gain / 1e6:.2f} million a year at their median contribution")

# %% [markdown] lang="en"
# Attachment is not staying: a price can hold people who like nothing. Do customers whose discounts rose want to *stay* more? And how
# large a lot would settle an effect of 15 of 1,000?

# %%
stay = crm.benefit_evidence(survey, benefits, "intention", adjust_for=service).table
wish = stay.query("design == 'change' and benefit == 'economic'")
print((wish[["estimate", "low", "high"]].round(2) + 0).to_string(index=False))
crm.campaign_power(0.119, -0.0147)[["per_arm", "power"]]

# %% [markdown] lang="en"
# **Her answer.** *Not now* to the discounts: ¥0.4 million a year, and no sign that they raise attachment (0.00; with error taken out, up to
# half of the promise is possible). Nor does intention rise: 0.00 (−0.08 to 0.08). Whether discounted customers *leave* less, no lot
# has tested; before she pays for 5,000, she draws one.
#
# *Not to all* for special treatment: offer it to customers who contribute ¥1,353 or more a year, 2,376 of the 12,424 with all twelve
# months of 2025: ¥0.24 million a year, *if* they respond as the average customer does. **These data cannot tell** whether they do: the
# interval of the effect holds 0. Half of them by lot is right, and one year will not settle it: that gives 1,188 in each arm, fewer than
# the 1,650 and 1,690 that could not tell, and some 7,200 in each would. Repeat the lot for several years, and pool the answers.

# %% [markdown] lang="en"
# ## Where it breaks
#
# ### What the textbook reports
#
# Its claims are from a survey like ours, at one moment. Here they are beside our paths:

# %%
claims = crm.reported_results().merge(paths.table, on=["cause", "effect"])
claims[["claim", "reported", "estimate", "low", "high"]]

# %%
claims.loc[claims["dissent"] != "", ["claim", "dissent"]]

# %% [markdown] lang="en"
# All six hold here. Discounts lead to no intention. Confidence and satisfaction go strongly together, and confidence
# has no path of its own to commitment: with the textbook, against Morgan and Hunt (1994), for whom trust, between
# firms, leads to commitment directly. Special treatment helps, which Hennig-Thurau et al. (2002) doubt. *A simulated
# bank echoes what was put into it: it shows how such a dispute is settled, not who is right in the world.*
#
# But the same model gives discounts paths to satisfaction (0.07) and commitment (0.09), both clear of 0. Drawn at one moment, an
# arrow that points the wrong way looks like any other.

# %% [markdown] lang="en"
# ### Keeping by hurting
#
# The textbook's last advice is to raise what it costs to leave: miles, bundles, cheap software that locks in. This course departs
# from it. Raise that cost by *value* that leaving would lose (an adviser who knows me, a process we built together), not by
# penalties. Burnham, Frels and Mahajan (2003) part switching costs into procedural, financial and relational ones; and lock-in may
# be unlawful where it hinders competition.

# %% [markdown] lang="en"
# ## How close did we get?
#
# The truth is on record. `felt` holds what customers truly feel; the true paths, in SD:

# %%
felt = bank.truth.tables["feelings"].rename(columns={"trust": "confidence"}).drop(columns="year")
sd = felt.std()
truth = {}
for cause, effect in shown[["cause", "effect"]].to_numpy():
    name = f"{effect}.{cause}".replace("confidence", "trust")
    name = name.replace("commitment.economic", "satisfaction.economic")
    truth[(cause, effect)] = bank.truth[name] * sd[cause] / sd[effect]
ax = crm.show.plot_paths(shown, truth, title="Nearly right, but for the arrows out of discounts")

# %% [markdown] lang="en"
# (Discounts do nothing in this bank, to commitment either: the truth has one 0 for all.) Confidence → satisfaction: estimate 0.38,
# truth 0.35. Satisfaction → commitment: 0.40 and 0.44; one cannot answer above 10, and an unsolved problem colours the answer. The two
# arrows out of discounts are wrong, and no correction for error can mend them: the bank *gave* discounts to the attached
# (truth: 0.50 per SD of lasting attachment). And the effects on attachment, added up along the true arrows?

# %%
t = {name: bank.truth[name] for name in bank.truth.parameters.index}
by_sat = t["attachment.satisfaction"] + t["attachment.commitment"] * t["commitment.satisfaction"]
by_com = t["attachment.commitment"]
total = pd.Series({"economic": 0.0})
total["special"] = t["satisfaction.special"] * by_sat + t["commitment.special"] * by_com
total["community"] = t["commitment.community"] * by_com
total["confidence"] = t["satisfaction.trust"] * by_sat
total = total * sd[benefits] / sd["attachment"]
print("You said:", guess_benefit, "- the truth says:", total.idxmax())
ax = crm.show.plot_evidence(found.table, total.to_dict(), title="'Change' and the lot hold the truth")

# %% [markdown] lang="en"
# Three benefits are nearly level: confidence 0.13, community 0.12, special treatment 0.12; discounts 0. Every interval of
# *change* holds its truth. (The truth is per SD of true feelings, the estimates are per SD of answers, which hold error as well: close,
# but not the same unit.) For *intention* confidence leads: it also builds satisfaction, which acts on its own. And the bonds:

# %%
bonds = pd.DataFrame({"ever": ever["estimate"], "before": before["estimate"]})
bonds["truth"] = [t["churn.adviser"], t["churn.payroll"]]
bonds.set_index(pd.Index(kinds))

# %% [markdown] lang="en"
# In logarithms of the hazard ratio: *ever had* is off by 0.29 for the adviser and 0.26 for payroll, *had it before* by 0.12 and
# 0.08. What is left for payroll: customers for whom switching is dear take it more often, and stay anyway. For the adviser: he
# also brings special treatment, which keeps customers by itself; the rest may be chance (the error is 0.05).

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("10")

# %% [markdown] lang="en"
# Then try these:
#
# 1. A colleague asks each customer right after a call how satisfied he is, and calls the mean "loyalty". What does it measure?
# 2. Without `corrected=True`, confidence → satisfaction is 0.29 instead of 0.38. Where did the rest go?
# 3. Modify: `crm.benefit_evidence(survey, benefits, "intention", adjust_for=service)`. Which benefit leads by *change*?
# 4. Make: `crm.joint_value(300_000, 0.8, 400_000, 250_000)`. Why will the customer refuse?
#
# <details><summary>Answers</summary>
#
# 1. Satisfaction at that moment, not loyalty. Even of the satisfaction with all experience, those with an unsolved problem say 0.42 SD
#    less; their commitment is lower by 0.05.
# 2. Into noise, and into reliability, which goes with confidence and gets the credit that it lost (0.20 instead of 0.16).
# 3. Confidence, 0.15; discounts 0.00.
# 4. Its share, ¥227,447 in present value, is less than the ¥250,000 it invests: the highest share is 78 %.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - Benefits go to the loyal. Who has more of one and likes us more may have been given it *because* he liked us.
# - A lag sets the order right, and leaves lasting differences where they were. Compare a customer with himself, or draw lots.
# - Confidence works through satisfaction; community through commitment; discounts go where loyalty already is.
# - Count a bond only from the day it began.
# - A benefit may cost what the kept customers are worth: here, special treatment for few.
#
# | term | 中文 | meaning |
# |---|---|---|
# | relational benefit | 关系利益 | what a customer gets from a relationship beyond the product |
# | special treatment | 特殊待遇 | service that others do not get |
# | community | 社团利益 | belonging to a group of customers |
# | confidence, trust | 信任 | feeling safe, knowing what to expect |
# | cumulative satisfaction | 累加式满意 | with all experience so far, not with one transaction |
# | commitment | 承诺 | the lasting wish to keep a relationship one has invested in |
# | mediator | 中间变量 | what stands between cause and effect |
# | social, structural bond | 社会约束、结构约束 | personal ties; joint investments that cannot be recovered |
#
# **References.** Baron, R. M., & Kenny, D. A. (1986). The moderator-mediator variable distinction. *Journal of Personality and
# Social Psychology*, 51(6). · Berry, L. L., & Parasuraman, A. (1991). *Marketing services*. · Burnham, T. A., Frels, J. K., &
# Mahajan, V. (2003). Consumer switching costs. *Journal of the Academy of Marketing Science*, 31(2). · Gwinner, K. P., Gremler,
# D. D., & Bitner, M. J. (1998). Relational benefits in services industries. *Journal of the Academy of Marketing Science*,
# 26(2), 101-114. · Hennig-Thurau, T., Gwinner, K. P., & Gremler, D. D. (2002). Understanding relationship marketing outcomes.
# *Journal of Service Research*, 4(3). · Morgan, R. M., & Hunt, S. D. (1994). The commitment-trust theory of relationship
# marketing. *Journal of Marketing*, 58(3). · Preacher, K. J., & Hayes, A. F. (2008). Asymptotic and resampling strategies.
# *Behavior Research Methods*, 40(3). · Turnbull, P. W., & Wilson, D. T. (1989). Developing and protecting profitable customer
# relationships. *Industrial Marketing Management*, 18(3).
#
# **Exercise:** [10](exercises/10_relational_benefits.ipynb), with a bank of your own. **Next:** 11, strategy: all the budget on
# keeping?
