# ---
# jupyter:
#   crm:
#     concepts: [A11, A16, A17, A18, A19, B1.2, B1.3, C8]
#     minutes: 75
#     title: Loyalty types
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 08 · Loyalty types: who stays, and who merely has not left
#
# **Which of the customers who keep buying are loyal, and what would their loyalty be worth?**
#
# *About 75 minutes. Before it: 00. Lessons 06 (satisfaction) and 07 (service) help.*
#
# After this lesson you can
#
# - **sort** customers into seven loyalty types, and **change** the rules that do it
# - **tell apart** liking, buying and intending, and **show** where they disagree
# - **compare** the satisfaction-loyalty curve with and without competition
# - **test** what loyal customers are said to do, naively and adjusted
# - **recompute** the claim that five points fewer defections raise profit by 25 to 85 %

# %% [markdown] lang="en"
# ## The case
#
# Mr Wu runs marketing at **Delta Power**. "Not one of our homes left us in three years", he tells the board, "and hardly any
# buys energy elsewhere. That is loyalty. I want a club to reward it." Homes cannot choose their supplier; shops and plants
# have been able to for a year or two. By Friday the board decides whom a loyalty budget is for.

# %% [markdown] lang="en"
# ## Predict first
#
# Take 100 customers who buy at least half of their energy from Delta Power. How many of them buy there **because they
# are attached to it, and could go elsewhere**? Write your guess.

# %%
guess = 50

# %% [markdown] lang="en"
# ## The data
#
# Both companies asked the same questions. We load the tables that we need, and take the answers of 2025, one row per customer.

# %%
import numpy as np
import pandas as pd

import crmlib as crm

pd.set_option("display.max_colwidth", 120)
bank = crm.load_bank(tables=["customers", "survey", "years", "campaign_members"])
utility = crm.load_utility(tables=["customers", "survey", "bills", "price_chain"])
bank_2025 = bank.survey[bank.survey["wave"] == 2025]
power_2025 = utility.survey[utility.survey["wave"] == 2025]
columns = ["customer", "att1", "att2", "att3", "share_said", "stay_reason", "choice_available"]
bank.describe("survey").loc[columns, ["meaning"]]

# %% [markdown] lang="en"
# ## The idea: four questions, seven types
#
# **Loyalty** has two sides (Dick and Basu 1994). **Attachment** $A$ is a feeling (theirs is relative to the rivals,
# ours is not): the mean of $k$ answers $a_i$ from 1 to 7,
#
# $$ A = \frac{1}{k} \sum_{i=1}^{k} a_i $$
#
# **Repurchase** $R$ is behaviour: here the *share of wallet*, in per cent of all that the customer buys of this kind. Each is
# *high* from a cut on: $A \ge 5$ and $R \ge 50$. Two more questions decide what a pair means: *is there somebody else to
# choose*, and *what is the main reason to stay*?

# %%
rules = crm.loyalty_rules()
sides = ["choice", "attachment", "repurchase", "type"]
ways = rules.groupby(sides, sort=False)["reason"].agg(", ".join).reset_index()
five = "habit, convenience, price, incentive, value"
ways["reason"] = ways["reason"].replace(five, "any other")
ways[["choice", "attachment", "repurchase", "reason", "type"]]

# %% [markdown] lang="en"
# Together the rules cover every combination once. The Chinese names: monopoly 垄断, inertia 惰性, latent 潜在, convenience
# 方便, price 价格, incentive 激励, and 超值, here *premium*: attached, and buying, whatever the reason.

# %% [markdown] lang="en"
# ### By hand, on eight customers of the bank

# %%
eight = bank_2025[columns].iloc[[2, 9, 4, 5, 16, 3, 8, 82]].reset_index(drop=True)
eight["attachment"] = eight[["att1", "att2", "att3"]].mean(axis=1).round(2)
eight[["customer", "attachment", "share_said", "stay_reason", "choice_available"]]

# %% [markdown] lang="en"
# Read each row with the rules: is there a choice? Is the attachment 5 or more? The share 50 or more? What keeps the rest?

# %%
attached = eight["attachment"] >= 5
buying = eight["share_said"] >= 50
eight["by_hand"] = np.select(
    [~eight["choice_available"], attached & buying, attached, buying],
    ["monopoly", "premium", "latent", eight["stay_reason"]],
    default="low and low",
)
eight[["customer", "by_hand"]]

# %% [markdown] lang="en"
# Who buys without attachment is named after the reason: *habit* is inertia. Low and low is *price* for those who look for
# price or value, and no loyalty for the rest. Now the same with `crm`:

# %%
typed = crm.loyalty_types(eight).customers
typed[["customer", "attachment_level", "repurchase_level", "reason", "type"]]

# %% [markdown] lang="en"
# ### Both companies
#
# Delta Power's survey has a column `weight`: how many customers an answer stands for.

# %%
found = {
    "Harbour Bank": crm.loyalty_types(bank_2025),
    "Delta Power": crm.loyalty_types(power_2025, weight="weight"),
}
shares = pd.DataFrame({name: one.table.set_index("type")["share"] for name, one in found.items()})
(100 * shares).round(1)

# %%
axes = crm.show.plot_loyalty_map(found)

# %% [markdown] lang="en"
# Delta Power's customers stand on the right, nearly all of them: they buy. Few stand at the top. And 64 of 100 are grey:
# they have no choice. At the bank every corner is full. Its largest group, 32 %, is *latent*: attached, and buying elsewhere.

# %%
power = found["Delta Power"].customers
buyers = power[power["repurchase_level"] == "high"]
why = buyers.groupby("type", observed=True)["weight"].sum() / buyers["weight"].sum()
print("You said", guess, "- attached and with a choice are", round(100 * why["premium"]))
liked = buyers[buyers["attachment_level"] == "high"].groupby("choice", observed=True)["weight"]
print("Attached, by choice:", (100 * liked.sum() / buyers["weight"].sum()).round(1).to_dict())
(100 * why).round(1)

# %% [markdown] lang="en"
# **Five of 100.** Seventeen of the hundred are attached, and twelve of these have no choice. In all sixty-five have none; the
# other thirty or so stay out of habit, for convenience, price or a reward. *(Descriptive.)* What Mr Wu calls loyalty cannot
# be told from the lack of an alternative. It does not follow that these customers would leave: nobody knows yet.

# %% [markdown] lang="en"
# ## Liking, buying, intending
#
# Three kinds of loyalty stand side by side in our source: **affective** (情感, I like it), **behavioural** (行为, I buy it)
# and **conative** (意识, I mean to stay). For Oliver (1999) they are phases, one after another. Each gets its own
# questions and an index from 0 to 100. Do they agree?

# %%
surveys = {"Harbour Bank": bank_2025, "Delta Power": power_2025}
agree = {name: crm.loyalty_indices(survey).agreement for name, survey in surveys.items()}
pd.concat(agree).droplevel(1).round(2)

# %% [markdown] lang="en"
# At the bank, liking and intending go together a little (0.22). Neither has anything to do with the share of wallet: both
# intervals include 0, and half of the customers are high in one and low in the other. One "loyalty score" would hide that.
#
# At Delta Power intention hangs on attachment at 0.38. But who can intend anything without a choice?

# %%
answers = crm.with_scales(utility.survey).merge(utility.customers[["customer", "class"]])
first = {"residential": 9999, "commercial": 2025, "industrial": 2024}
answers["choice"] = answers["wave"] >= answers["class"].map(first).astype(int)
answers[["customer", "wave", "class", "attachment", "intention", "choice"]].head(3).round(1)

# %% [markdown] lang="en"
# `with_scales` adds the means of the items; `first` is the first June in which a class had a choice.

# %%
groups = answers.groupby("choice")
two = ["attachment", "intention"]
r = groups[two].corr().xs("attachment", level=1)["intention"]
mean, sd = groups[two].mean(), groups[two].std()
compare = pd.DataFrame({"mean_attachment": mean["attachment"], "mean_intention": mean["intention"]})
compare["sd_intention"] = sd["intention"]
compare["per_point_of_attachment"] = r * sd["intention"] / sd["attachment"]
compare.assign(explained_by_attachment=r**2).round(2)

# %% [markdown] lang="en"
# Without a choice nearly everybody intends to stay (6.2 of 7, standard deviation 0.38), and attachment explains 4 % of the
# differences. With a choice the mean falls to 5.1 (standard deviation 1.23), and attachment explains 42 %. Part of that is
# arithmetic: where all answers stand near the top there is little to explain. But a point of attachment also goes with 0.07
# points of intention in the one group and with 0.70 in the other. The feeling was there all along, 3.7 in both. Its use could
# not show.

# %% [markdown] lang="en"
# ## Satisfaction keeps customers only where they can go
#
# Did the *opening* do that? Industry could choose in the wave of 2024, commerce in that of 2025, homes never. **Differences in
# differences**: the change in the group that opened, less the change in groups that had no choice yet. First for the mean
# intention, then for its slope on satisfaction.

# %%
opened = {"residential": None, "commercial": 2025, "industrial": 2024}
did = crm.difference_in_differences
level = did(answers, "intention", opened, weight="weight")
slope = did(answers, "intention", opened, slope_on="satisfaction", weight="weight")
table = pd.concat({"mean": level, "slope": slope}).droplevel(1)
table[["group", "time", "controls", "effect", "low", "high"]].round(3)

# %% [markdown] lang="en"
# The opening cost 1.2 points of intention (1.0 to 1.4), and made ten points of satisfaction worth 0.58 points of intention more
# (0.50 to 0.66). *(Causal if the classes would otherwise have moved alike. That cannot be seen; what can be seen is that
# those still closed hardly moved while they waited.)*
#
# Intention is an answer. What do customers do in the twelve months after theirs?

# %%
exits = utility.customers[["customer", "left"]].copy()
exits["own_choice"] = utility.customers["exit_reason"] == "switched"
halfway = (answers["class"] == "industrial") & (answers["wave"] == 2023)
power = answers[(answers["wave"] <= 2024) & ~halfway].copy()
power["asked"] = pd.to_datetime(power["wave"].astype("str") + "-06-01")
can_go = (power["wave"] == 2024) & (power["class"] != "residential")
power["market"] = np.where(can_go, "power, choice", "power, no choice")
after = crm.follow_up(power, exits)
after.excluded

# %% [markdown] lang="en"
# `follow_up` says who stayed, and counts whom it cannot judge. Here a choice counts if it was there for *most of the twelve
# months*. Commerce, asked in June 2024, could leave from October on, in nine of them: it is *power, choice*, though `choice`
# above, which asks for the day of the answer, says no. Industry's wave of 2023 could leave in six of twelve: neither one nor
# the other, and left out. The bank's answers come in the same way.

# %%
not_chosen = ["death", "moved abroad", "closed by bank"]
bank_exits = bank.customers[["customer", "left"]].copy()
bank_exits["own_choice"] = ~bank.customers["exit_reason"].isin(not_chosen)
asked = crm.with_scales(bank.survey[bank.survey["wave"] < 2025])
asked["asked"] = pd.to_datetime(asked["wave"].astype("str") + "-10-01")
stays = crm.follow_up(asked, bank_exits)
both = pd.concat([stays.customers.assign(market="bank, rivals"), after.customers], join="inner")
curve = crm.satisfaction_curve(both, group="market")
curve.slopes.round(3)

# %%
title = "Satisfaction keeps customers only where they can go"
ax = crm.show.plot_satisfaction_curve(curve.curve, curve.slopes, title)

# %% [markdown] lang="en"
# Without a choice the line is flat at 100 %. That is no finding: who cannot switch cannot leave by choice, and who moved away
# is not counted. With a choice, ten points of satisfaction go with 4.9 points of staying at Delta Power (2.6 to 7.2) and 1.4
# at the bank (0.8 to 2.1). Had industry's wave of 2023 been counted as a choice, the 4.9 would be 4.2 (2.2 to 6.2).
# *(Descriptive: who is satisfied may differ in other ways.)*
#
# Jones and Sasser (1995) said two things. Competition decides *whether* satisfaction matters: so here. And where there is
# competition, the *completely* satisfied are far more loyal than the merely satisfied, a line that bends upwards at the end.
# That is not seen here: of the bank's band 80-90 90 % stayed, of 90 and above 92 %; at Delta Power with a choice 94 % and
# 97 %, with intervals that overlap. Satisfied customers leave, too: of the bank's top band 8 % are gone within a year.
#
# Nor do more rivals make the line steeper: the bank's is the flatter one. Perhaps its doubters left years ago, while Delta
# Power's had been locked in. These data cannot tell.

# %% [markdown] lang="en"
# ## Explore
#
# The map below has four controls. Try:
#
# - Raise the **attachment cut** from 5 to 6. Which type shrinks fastest, and who takes those customers?
# - Set **repurchase** to 30. How many latent customers are left?
# - Change **rules** to *textbook*. Watch *latent* and *unnamed*.
# - Switch the company to **Delta Power** and move both cuts. Which number never moves?

# %% tags=["nbval-ignore-output"]
crm.show.explore_loyalty({"Harbour Bank": bank_2025[columns], "Delta Power": power_2025[columns]})

# %% [markdown] lang="en"
# You should have seen, at the bank:
#
# - attachment cut 6: *premium* falls from 527 to 211 and *latent* from 841 to 340, both by 60 %. The buyers among them go to
#   *price*, *inertia*, *convenience* and *incentive*; the others to *price* and *no loyalty*.
# - repurchase 30: 393 of the 841 latent customers are left. The others count as buyers now: *premium*.
# - textbook: *latent* holds 501 other people, and the 841 are *unnamed*.
# - Delta Power: 664 *monopoly*, at every cut. It depends on none.
#
# The count of each type is a decision about cuts as much as a finding: at an attachment cut of 4.5 the bank has 628 premium
# customers, at 5.5 only 311.

# %% [markdown] lang="en"
# ## The decision on Friday
#
# Whom is the budget for? The margin chain says what a customer of each class brings in a year.

# %%
bills = utility.bills[utility.bills["month"] >= "2025-01-01"]
bills = bills.merge(utility.customers[["customer", "class"]]).merge(utility.price_chain)
bills["margin"] = bills["amount"]
for part in ["peak", "flat", "valley"]:
    cost = bills[[f"wholesale_{part}", "grid", "levy", "cost_to_serve"]].sum(axis=1)
    bills["margin"] -= bills[f"kwh_{part}"] * cost
by_class = bills.groupby("class", observed=True)
yearly = by_class.agg(customers=("customer", "nunique"), margin=("margin", "sum"))
yearly["per_customer"] = yearly["margin"] / yearly["customers"]
yearly.round(0).astype(int)

# %%
free = after.customers.query("market == 'power, choice'")
lines = pd.concat([crm.satisfaction_curve(free).slopes,
                   crm.satisfaction_curve(free, group="class").slopes])
lines = lines.set_index("group")[["answers", "slope", "low", "high"]]
business = yearly.loc[["commercial", "industrial"], "margin"] / 1e6
lines["margin"] = business.reindex(lines.index).fillna(business.sum())
worth = lines[["slope", "low", "high"]].mul(lines["margin"], axis=0)
lines.join(worth.set_axis(["worth", "worth_low", "worth_high"], axis=1)).round(3)

# %% [markdown] lang="en"
# `slope` is the rise of the share that stays, per ten points of satisfaction; `margin` and `worth`, slope times margin, are in ¥ million a
# year. Among all businesses ten points are worth ¥0.87 million, by the interval 0.46 to 1.29. But plants bring 87 % of that
# margin, and their own slope, from 132 answers, is 5.3 points with an interval from 0.1 to 10.4: ¥0.02 to 1.62 million. For
# shops it is surer and small: ¥0.11 million (0.05 to 0.17).
#
# The board's answer: **no club for homes.** They cannot leave, and by the tariff each is sold electricity at a loss of ¥89 a
# year. A shop brings ¥3,064, a plant ¥49,870. **The budget goes to businesses, plants first, to what dissatisfies them, and
# stays below ¥0.46 million a year for ten points**, the lower end. Shops alone would pay for ¥0.05 million. And before anybody
# asks for more: ask all 312 plants in the next two waves. With 624 answers instead of 132 the error of their slope falls from
# 2.6 points to about 1.2. *(A lot would not do it: 156 plants against 156 tell a difference in leaving only from about 7 points
# on. All this is predictive: it takes the slope for an effect, each leaver for an average customer, and knows no cost.)*

# %% [markdown] lang="en"
# ## Where it breaks
#
# ### Two meanings of "latent"
#
# The course's textbook calls *latent* who has low attachment **and** buys little; for Dick and Basu it is the attached who buy
# little, a cell that the textbook leaves empty. How many of the bank's customers change their name?

# %%
textbook = crm.loyalty_types(bank_2025, rules=crm.loyalty_rules("textbook"))
pairs = crm.compare_types(found["Harbour Bank"], textbook)
pairs[pairs["moved"]]

# %% [markdown] lang="en"
# 1,342 of 2,648: half. And the advice turns round. The literature's latent customers like the bank; remove what
# stops them. The textbook's are its least promising ones.

# %% [markdown] lang="en"
# ### What loyal customers do
#
# They stay, buy more, mind the price less, advise others and cost less, say the sources: so sales rise, no price war is
# needed, marketing costs less, new products find buyers. (A fifth gain, the position in the market, is not in one
# company's files.) Reinartz and Kumar (2002) found in four companies no evidence that customers of *long standing* cost
# less, pay more or advise others. We test each: *naive* (attachment alone) and *adjusted* for satisfaction, switching
# cost, products, revenue and tenure. The unit is standard deviations: 0.1 is small,
# 0.3 is medium.

# %%
told = crm.behaviour_after(stays.customers, bank.years, bank.customers)
effects = crm.effect_sizes(told, crm.loyal_effects())
effects[["effect", "answers", "naive", "adjusted", "confounded_by"]].round(2)

# %%
ax = crm.show.plot_effects(effects, title="The attached say much, and do little more than others")

# %% [markdown] lang="en"
# What they **say** stands out: a higher price is fine (+0.24), would recommend (+0.12). What they **do** next year does not: no
# more new products, no more customers brought, no lower cost, no more profit; every interval includes 0. They hold more
# products (+0.14), but that gap has no date: products gather while one stays. Staying is +0.05 naively, and after
# adjusting too small to tell from 0. *(Descriptive; adjusted is not yet causal.)*
#
# And if loyalty is taken as *years with the bank*? Reinartz and Kumar found correlations with profit of 0.20 to 0.45.

# %%
told[["tenure", "contribution"]].corr().round(2)

# %% [markdown] lang="en"
# Here it is 0: who has been with the bank for long contributes no more in a year.

# %% [markdown] lang="en"
# ### "Five points fewer defections raise profit by 25 to 85 %"
#
# Reichheld and Sasser (1990) made this famous. A customer who pays a margin $m$ a year, stays with retention $r$ a year and is
# discounted at $i$, is worth over $T$ years
#
# $$ NPV = -C + \sum_{t=1}^{T} \frac{m \, r^t}{(1+i)^t} $$
#
# with acquisition cost $C$; money in ¥, rates per year. Then $r$ rises by five *points*, and nothing else changes.

# %%
retention = pd.DataFrame({"retention": np.linspace(0.60, 0.95, 36)})
horizon = pd.DataFrame({"years": [5, 10, 200]})
cases = retention.merge(horizon, how="cross").assign(margin=500, discount=0.10)
gains = crm.defection_gain(cases)
ax = crm.show.plot_defection_gain(gains)

# %% [markdown] lang="en"
# Over five years the gain is 15 to 17 %, whatever the retention; the margin drops out altogether. And here the margin stays
# the same from year to year. Theirs *grows* with every year that a customer stays, a main cause of their large numbers: with
# retention 88 %, an endless horizon and a margin that grows by 10 % a year the gain is 81 % instead of 37 %.
# Otherwise the claim needs few defections to begin with (from 95 to 100 % nobody ever leaves), or a high acquisition cost,
# which makes the base small. Does the bank's margin grow with the years? Above, contribution had nothing to do with tenure.
#
# And it is a calculation, not an observation: from one in ten leaving to one in twenty is *half* of all
# defections. Now the bank itself, with its own numbers of 2024:

# %%
people = bank.customers
there = people[(people["joined"] < "2024-01-01") & ~(people["left"] < "2024-01-01")]
gone = (there["left"] < "2025-01-01") & ~there["exit_reason"].isin(not_chosen)
full = bank.years[(bank.years["year"] == 2023) & (bank.years["months"] == 12)]
money = there["customer"].map(full.set_index("customer")["contribution"])
margins = {"all": money.mean(), "those who left": money[gone].mean()}
own = pd.DataFrame({"margin": margins}).assign(retention=1 - gone.mean(), discount=0.10, years=5)
crm.defection_gain(own)[["retention", "margin", "npv_before", "gain", "gain_percent"]].round(2)

# %% [markdown] lang="en"
# Five points are worth ¥187 for each average customer over five years, 16 %. But who is saved is not average: the customers
# who left in 2024 had brought a fifth less the year before (¥355 against ¥446), which makes it ¥149. A programme that costs
# more than that per customer loses money.

# %% [markdown] lang="en"
# ### Six levers, and a trap
#
# The textbook names six levers on loyalty; three tactics go with them: a culture that starts from the customer, one-to-one
# treatment (lesson 05), and needs met before they are voiced. Where would the bank see them?

# %%
crm.loyalty_levers()[["lever", "term", "bank", "evidence"]]

# %%
wave = crm.with_scales(bank.survey[bank.survey["wave"] == 2024])
offer = bank.campaign_members[bank.campaign_members["campaign"] == "special-offer"]
treated = (offer.set_index("customer")["arm"] == "treated").astype(float)
wave["special_by_lot"] = wave["customer"].map(treated)
levers = pd.DataFrame({"cause": ["image", "discounts", "special_treatment", "special_by_lot"]})
levers = levers.assign(effect=levers["cause"], outcome="attachment", confounded_by="")
levers["adjust_for"] = ["satisfaction", "satisfaction", "satisfaction", ""]
tested = crm.effect_sizes(wave, levers)
tested[["effect", "answers", "naive", "adjusted", "adjusted_low", "adjusted_high"]].round(2)

# %% [markdown] lang="en"
# Discounts look like the strongest lever (+0.21 when adjusted for satisfaction, while image falls to +0.05). But who gets
# them? If a bank gives discounts to those who are attached to it, the arrow runs the other way, and these answers look the
# same. They cannot tell; the simulation can, below. The lot is honest and vague: +0.13, from −0.03 to +0.29, with 612
# answers. **These data cannot tell** whether special treatment builds attachment. Lesson 10 goes on from here.

# %% [markdown] lang="en"
# ## How close did we get?
#
# The truth is on record. What does satisfaction do to switching at Delta Power, what do discounts do at the bank?

# %%
saved = curve.slopes.set_index("group").loc["power, choice", "slope"]
print(f"Ten points of satisfaction on switching a year: estimate {-saved:+.3f},", end=" ")
print(f"truth {utility.truth['switch.slope_index']:+.3f}")
without = utility.truth["exit.satisfaction.no_choice"]
print("Satisfaction on leaving without a choice: truth", without)
discounts = bank.truth["economic.attachment"]
print("Attachment on the discounts that a customer gets: truth", discounts)
arrows = bank.truth.parameters.query("name.str.startswith('attachment.')")["value"]
print("What moves attachment:", arrows.to_dict())

# %% [markdown] lang="en"
# Our slope of −0.049 has an error of 0.012: the truth of −0.074 lies two errors away. Two things pull ours towards 0. Commerce
# could leave in only nine of our twelve months; and the truth is a yearly *rate* for those still there, which is more than the
# share gone within a year. Counted by months with a choice, in both waves, the answers give −0.065 with an error of
# 0.015: one error away.
#
# The bank's discounts follow attachment (0.5 standard deviations for one). What moves attachment is commitment and satisfaction,
# and discounts move neither: the strongest "lever" was a reward for those who were attached already. *Simulated data echo what
# was put in:* they show how a claim is tested, not what holds in the world.

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("08")

# %% [markdown] lang="en"
# Then try these:
#
# 1. A telephone company has 95 % retention and contracts of two years. Which types may hide in the 95 %?
# 2. Why is *intention* a poor measure of repurchase on the map?
# 3. Ten points of satisfaction go with 4.9 points of staying. Name one reason why raising satisfaction may do less.
# 4. Modify: `rules.loc[rules["reason"] == "no alternative", "type"] = "inertia"`, then
#    `crm.loyalty_types(bank_2025, rules=rules)`. Who moves, and is it right?
# 5. Make: which branch has the largest share of latent customers among at least 50 answers?
#
# <details><summary>Answers</summary>
#
# 1. All seven: a contract is a lack of choice for a time, so many are monopoly until it ends.
# 2. Without a choice everybody intends to stay; and it shares its mood with attachment.
# 3. The satisfied differ in other ways; or points are raised where nobody meant to leave.
# 4. The few dozen who see another bank but say "no alternative". A matter of judgement: state the rule.
# 5. Merge `found["Harbour Bank"].customers` with the branch. The best of 36 is partly luck.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - Repurchase is not loyalty. Ask what the customer feels, why he stays, and whether he could go.
# - Satisfaction keeps customers where there is a choice. Before that it is invisible in the retention rate.
# - Liking, buying and intending are three things. Measure each with its own questions.
# - What loyal customers say is not what they do: date the behaviour after the feeling, and adjust.
# - A gain "in per cent of profit" needs a base, a horizon and a cost.
#
# | term | 中文 | meaning |
# |---|---|---|
# | attachment | 依恋 | liking for a company, here the mean of three answers from 1 to 7 |
# | repurchase | 重复购买 | buying again; here the share of wallet |
# | affective, behavioural, conative loyalty | 情感、行为、意识忠诚 | I like it, I buy it, I mean to stay |
# | latent loyalty | 潜在忠诚 | attached but buying elsewhere; in the textbook: neither |
# | monopoly loyalty | 垄断忠诚 | staying because there is no choice |
# | premium loyalty | 超值忠诚 | attached, buying, and free to go |
#
# **References.** Dick, A. S., & Basu, K. (1994). Customer loyalty: toward an integrated conceptual framework. *Journal of the
# Academy of Marketing Science*, 22(2), 99-113. · Griffin, J. (1995). *Customer loyalty: how to earn it, how to keep it*. ·
# Jones, T. O., & Sasser, W. E. (1995). Why satisfied customers defect. *Harvard Business Review*, 73(6), 88-99. ·
# Oliver, R. L. (1999). Whence consumer loyalty? *Journal of Marketing*, 63, 33-44. · Reichheld, F. F., & Sasser, W. E. (1990).
# Zero defections: quality comes to services. *Harvard Business Review*, 68(5), 105-111; dissent: Sharp, B., Loyalty myths,
# marketingscience.info. · Reinartz, W., & Kumar, V. (2002). The mismanagement of customer loyalty. *Harvard Business
# Review*, 80(7), 86-94. · Sindell, K. (2000). *Loyalty marketing for the internet age*.
#
# **Exercise:** [08](exercises/08_loyalty.ipynb), with a bank of your own. **Next:** 09, keeping customers, and whom to call.
