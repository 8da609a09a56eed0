# ---
# jupyter:
#   crm:
#     concepts: [C5, C6]
#     minutes: 90
#     title: Value quadrants
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 04 · Value quadrants
#
# **Fire the customers who cost money?**
#
# *About 90 minutes. Before it: [02 The customer pyramid](02_customer_pyramid.ipynb) and
# [03 Customer value](03_customer_value.ipynb).*
#
# After this lesson you can
#
# - **sort** customers by current and potential value into four quadrants, and **name** the relationship to build
# - **state** which cut you took, and **count** who changes sides when it moves
# - **compute** what firing customers does to profit: contribution goes, overhead stays
# - **compare** firing with a cheaper channel and a higher price
# - **defend** a decision about customers who cost money

# %% [markdown] lang="en"
# ## The case
#
# January 2024. Ms Luo heads private customers at **Harbour Bank**. A slide shows yearly profit per customer, and on
# Friday the board votes on two motions:
#
# - **Motion 1.** Part with the 1,510 *risk* customers: little business, much work. They lose ¥3.05 million a year.
# - **Motion 2.** Part with 4,108 *small* customers who have no adviser. They lose ¥0.07 million a year.
#
# Parting is legal with two months' notice. Is it wise?

# %% [markdown] lang="en"
# ## Predict first
#
# By how much does the bank's yearly profit change if a motion passes? In yuan; a minus means that profit falls.

# %%
guess_motion_1 = 3_050_000
guess_motion_2 = 70_000

# %% [markdown] lang="en"
# ## Two axes, four kinds of customers
#
# - **Current value**: what a customer brings a year at present. We take his *contribution*: revenue − expected credit
#   loss − cost to serve. We treat all of it as ending when he goes; *Where it breaks* says what does not. (With one
#   retention rate for all, his lifetime value of lesson 03 is the same number × 3.571: the quadrants stay the same.)
# - **Potential value**: what he could bring *in addition*. Nobody has seen it. It is an **estimate**:
#
# $$ \text{potential} = (W - A) \cdot s \cdot m $$
#
# with the wallet $W$ (yuan at all banks), the assets here $A$ (yuan), the share $s$ of the rest that could be won (we
# say 10 %) and the yearly margin $m$ per yuan (1 fen). Both axes use **2023 only**: the board in January 2024 knows no
# more.

# %% [markdown] lang="en"
# Cut each axis into high and low:
#
# | | low current value | high current value |
# |---|---|---|
# | **high potential** | *risk* 风险客户: let go | *strategic* 战略客户: alliance |
# | **low potential** | *ordinary* 普通客户: keep to transactions | *profitable* 赢利客户: learning relationship |
#
# **A doubt, first of all.** A lecture that this course draws on has the four names, but its figure does not say which
# corner is whose. Strategic and profitable customers follow from their description. *Risk* customers are described as
# needing much investment for little expected profit, *ordinary* ones as many, each of small value. Raising a
# potential takes investment: so we read risk as the corner with low current value and high potential. That is a thin
# thread, and most textbooks would **develop** this very corner rather than let it go. One could also read risk as the corner
# where both are low. We shall try both, and the decision will not rest on the name.

# %%
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
bank = crm.load_bank()
people = bank.customers[bank.customers["kind"] == "personal"]
here = people[~(people["left"] < "2024-01-01")]
wallets = bank.wallets.query("year == 2023")[["customer", "wallet", "assets_here"]]
base = bank.years.query("year == 2023").merge(here).merge(wallets)
len(base)

# %% [markdown] lang="en"
# ### By hand, on eight customers
#
# Half of the eight shall be high on each axis. The border is the **median**, the value in the middle.

# %%
columns = ["customer", "contribution", "wallet", "assets_here"]
some = [100009, 100011, 100012, 100022, 100028, 100032, 100049, 100050]
eight = base.loc[base["customer"].isin(some), columns].reset_index(drop=True)
eight["potential"] = (eight["wallet"] - eight["assets_here"]) * 0.10 * 0.01
rich = eight["contribution"] >= eight["contribution"].median()
promising = eight["potential"] >= eight["potential"].median()

# %%
eight["quadrant"] = "ordinary"
eight.loc[rich & promising, "quadrant"] = "strategic"
eight.loc[rich & ~promising, "quadrant"] = "profitable"
eight.loc[~rich & promising, "quadrant"] = "risk"
eight[["customer", "contribution", "potential", "quadrant"]]

# %% [markdown] lang="en"
# The medians are ¥153.47 and ¥23.75. Customer 100022 has most of his money elsewhere (potential ¥175 a year) and brings
# ¥250: strategic. Customer 100032 has potential, too, and costs ¥593: risk.

# %% [markdown] lang="en"
# ### The same with crmlib

# %%
estimate = crm.potential_value(eight, margin_rate=0.01, win_share=0.10)
both = eight[["customer", "contribution"]].merge(estimate.customers)
same = crm.value_quadrants(both, current="contribution", potential="potential_estimate")
same.customers

# %% [markdown] lang="en"
# Now everybody:

# %%
estimate = crm.potential_value(base, margin_rate=0.01, win_share=0.10)
base = base.merge(estimate.customers[["customer", "elsewhere", "potential_estimate"]])
axes = {"current": "contribution", "potential": "potential_estimate"}
quadrants = crm.value_quadrants(base, **axes)
quadrants.table[["quadrant", "customers", "current_total", "current_mean", "potential_mean"]]

# %%
ax = crm.show.plot_quadrants(quadrants.table)

# %% [markdown] lang="en"
# The 4,392 strategic customers bring ¥10.76 million, more than all private customers together (¥8.44 million). Risk
# customers cost ¥3.02 million, ¥2,001 each. Yet if one yuan in ten of what they have elsewhere came, they would add ¥277
# each. Opposite corners are equally large (4,392 and 1,510): two medians make it so, not the bank. *(Descriptive; the
# potential is an estimate.)*

# %% [markdown] lang="en"
# ## How much hangs on the cut?
#
# The median is a habit, not a law. Half of the customers are "high" by definition, in the best bank as in the worst.
# Other cuts: an amount of **money**, or a share by **rank**.

# %%
base = base.merge(quadrants.customers[["customer", "quadrant"]])
by_money = crm.value_quadrants(base, **axes, cut="money", current_cut=0, potential_cut=100)
by_rank = crm.value_quadrants(base, **axes, cut="rank", current_cut=0.2, potential_cut=0.2)
base["a year"] = 12 * base["contribution"] / base["months"]
by_year = crm.value_quadrants(base, "a year", "potential_estimate")
cuts = {"median": quadrants, "¥0 and ¥100": by_money, "best fifth": by_rank}
cuts["median, 12 months"] = by_year
counts = {name: found.table["customers"] for name, found in cuts.items()}
pd.DataFrame(counts).set_index(quadrants.table["quadrant"])

# %%
moved = crm.quadrant_sensitivity(base, **axes)
ax = crm.show.plot_sensitivity(moved)

# %% [markdown] lang="en"
# Moving a cut by 10 % moves at most 239 customers (2.0 %) to another quadrant. Choosing another *kind* of cut moves
# thousands: the risk quadrant has 1,510, 354 or 870 customers. The name of a quadrant is worth nothing without its cut.
#
# A low current value may also just mean **new**: whoever joined in June shows seven months.

# %%
new = (base["months"] < 12).groupby(base["quadrant"], observed=True).mean()
print((100 * new).round().astype(int).to_dict(), "% joined during 2023")
moves = (base["quadrant"] != by_year.customers["quadrant"]).sum()
print(f"{moves} change quadrant if all are counted for twelve months")

# %% [markdown] lang="en"
# 21 % of the risk and 17 % of the ordinary customers joined during the year. Counted for twelve months each, 420
# customers (3.6 %) change quadrant and risk has 1,461. We go on with the money of 2023 as it stands on the slide.

# %% [markdown] lang="en"
# ## What firing does to profit
#
# The slide shows *profit*: contribution minus a share of **overhead**, the costs of head office and systems that no
# single customer causes. Here every customer is charged ¥2 a month. When he goes, his contribution goes. The overhead
# **stays**, and the others carry it:
#
# $$ \text{change of profit} = -\sum_{\text{fired}} \text{contribution} $$

# %%
base["motion_1"] = base["quadrant"] == "risk"
first = crm.fire_customers(base, "motion_1")
first.table.set_index("line").map("{:,.0f}".format)

# %% [markdown] lang="en"
# The slide promises ¥3,053,175. The overhead of ¥31,762 stays, so that profit changes by ¥3,021,413 at most. It **rises**:
# these customers cost more than they bring, even before overhead. But of the 1,510 only 765 bring less than nothing. The
# other 745 bring ¥74,048 a year, and would be fired with them. And *at most*: ¥2.64 million of what they cost is expected
# credit loss, and a loan runs on until it is repaid, fired or not.
#
# Now motion 2, the small customers whom no adviser looks after.

# %%
bonds = bank.bonds.query("bond == 'adviser' and since < '2024-01-01'")
base["adviser"] = base["customer"].isin(bonds["customer"])
base["motion_2"] = (base["quadrant"] == "ordinary") & ~base["adviser"]
second = crm.fire_customers(base, "motion_2")
ax = crm.show.plot_firing(second.table)
left = second.customers.query("not fired")
more = (left["profit_after"] < 0).sum() - (left["profit_before"] < 0).sum()
print(f"{more} more of the {len(left):,} who remain lose money on next year's slide")

# %% [markdown] lang="en"
# Here profit **falls** by ¥17,090, though the slide promises a gain of ¥72,066. The 4,108 contribute; what makes them a
# loss is their share of overhead, ¥89,156, and it stays. Spread over those who remain, it lifts their share by half. On
# next year's slide 29 more of the 7,696 lose money: few (0.4 %), but nothing about these 29 has changed.

# %% [markdown] lang="en"
# ### They do not go alone
#
# Customers have families. Who shares a household with a fired customer, and what do these relatives bring?

# %%
for motion in ["motion_1", "motion_2"]:
    found = crm.fire_customers(base, motion, household="household", follow=1.0)
    tied = found.customers[found.customers["tied"]]
    print(f"{motion}: {len(tied):,} relatives bring ¥{tied['contribution'].sum():,.0f} a year")

# %% [markdown] lang="en"
# If all relatives followed, motion 1 would still gain: ¥1,091,659 is less than ¥3,021,413. Under motion 2 each hundredth
# of the relatives who follows costs another ¥20,382. Would they? *These data cannot tell*: nobody was fired. *(Referrals
# are a tie, too: add `referrer="referrer"`.)*

# %% [markdown] lang="en"
# ## Explore
#
# Each point is one customer in twelve, placed by rank. The sums count everybody.
#
# - Fire each quadrant in turn. For which two does profit rise?
# - Let more or fewer customers count as **high current value**. When does firing the risk quadrant pay most?
# - Fire the *ordinary* quadrant and let **relatives follow**. At which share does the gain turn into a loss?
# - Change the **reading** of risk. What does the same word then cost?
#
# *(Reading without running it? The static figure above, the map of four quadrants, shows the start.)*

# %%
points = base[["customer", "overhead", "household"]].copy()
points["current"] = base["contribution"]
points["potential"] = base["potential_estimate"]

# %% tags=["nbval-ignore-output"]
crm.show.explore_quadrants(points)

# %% [markdown] lang="en"
# You should have seen: profit rises for *ordinary* (¥0.56 million) and *risk*. Why for *ordinary*, when motion 2 loses?
# Motion 2 spares those with an adviser; the next section looks at them. Let 85 instead of 50 % count as high:
# 766 instead of 1,510 are fired, and the gain *grows* to ¥3.10 million, for about half of the risk customers bring
# money. With a quarter of the relatives following, firing the ordinary quadrant loses. Under the other reading "risk"
# is 4,392 customers and ¥0.56 million: the same advice, let go, hits other people.

# %% [markdown] lang="en"
# ## Why do they cost money?
#
# Before you fire somebody, ask what the money goes to. A teller visit costs the bank ¥15, a call ¥8, an app session
# ¥0.20. What is left of the cost to serve is the adviser's: ¥5,126 for each risk customer who has one.

# %%
channels = 15 * base["teller_visits"] + 8 * base["calls"] + 0.2 * base["app_sessions"]
base["adviser_cost"] = (base["cost_to_serve"] - channels).where(base["adviser"], 0.0)
money = ["revenue", "expected_loss", "adviser_cost", "contribution"]
low = base[base["quadrant"].isin(["ordinary", "risk"])].astype({"quadrant": str})
kinds = low.groupby(["quadrant", "adviser"])
(kinds[money].sum() / 1e6).assign(customers=kinds.size())

# %% [markdown] lang="en"
# In ¥ million. The 562 risk customers with an adviser bring 1.63 of revenue; their advisers cost 2.88. The 948 without one
# cost little to serve, but 1.50 of credit loss is expected on 0.95 of revenue. And the 284 *ordinary* customers with an
# adviser: they cost 0.57, and 265 of them bring less than nothing. They are why firing *ordinary* gains where motion 2
# loses, and nobody's motion mentions them. Both causes are the **bank's** doing: it gave advisers to customers with
# little business, and it lent below the risk.

# %% [markdown] lang="en"
# ## The decision on Friday
#
# Firing is only one way. Two others: take the **adviser** away (branch, phone and app stay), and for those who still
# lose money then, a **price** that covers their cost. Some will be annoyed and leave: we assume one in five of those
# whom the change touches, and compare on the 1,510 risk customers.

# %%
risk = base[base["motion_1"]].copy()
without_adviser = risk["contribution"] + risk["adviser_cost"]
risk["price"] = (-without_adviser).clip(lower=0)
risk["both"] = risk["adviser_cost"] + risk["price"]
risk["leave"] = 0.2 * risk["adviser"]
risk["leave_both"] = 0.2 * (risk["adviser"] | (risk["price"] > 0))
actions = {"no adviser": ("adviser_cost", "leave"), "no adviser, fair price": ("both", "leave_both")}
compared = crm.compare_actions(risk, actions)
shown = ["action", "gain", "leaving", "change", "left_negative"]
compared.table[shown].set_index("action").map("{:,.0f}".format)

# %%
ax = crm.show.plot_actions(compared.table)

# %% [markdown] lang="en"
# `gain` is what an action brings if all stay, `change` what profit does when some leave and take what they bring along.
# Taking advisers away, and nothing else, brings less (¥2.79 million) than firing: 289 customers still cost money. How
# much of all this can be had? Two checks: whose loans are running, and the same cure for the *ordinary* customers with
# an adviser.

# %%
loans = bank.holdings[bank.holdings["product"].isin(["loan", "mortgage"])]
running = loans[(loans["opened"] < "2024-01-01") & ~(loans["closed"] < "2024-01-01")]["customer"]
priced = risk[risk["price"] > 0]
print(f"of {len(priced)} with a price: {priced['customer'].isin(running).sum()} have a loan", end=", ")
print(f"{priced['adviser'].sum()} an adviser")
ordinary = base[(base["quadrant"] == "ordinary") & base["adviser"]]
same_cure = crm.compare_actions(ordinary, {"no adviser": ("adviser_cost", 0.2)}).table
print(f"ordinary, no adviser: profit changes by ¥{same_cure['change'].iloc[-1]:,.0f}")

# %% [markdown] lang="en"
# - **Motion 1 becomes a trial.** No letters of dismissal. What the board votes on: half of the 562, drawn by lot, lose
#   their adviser for a year; the others keep theirs. The 284 *ordinary* customers with an adviser go into the same
#   draw (without him, and with one in five gone, they are ¥0.71 million better). What an adviser *brings* is in no
#   number so far; the two halves will show it. The price of knowing: a year's gain of the other half, up to
#   ¥1.39 million of the ¥2.79 million.
# - **What the trial has to confirm.** All 562 without an adviser and a price for the 289 who still cost money:
#   **¥3.75 million** a year *at most*, ¥0.73 million more than firing. It is an upper bound, like the ¥3.02 million of
#   motion 1: advisers' pay must really end, and running loans keep their losses and their price. Of the 289, 266 have
#   a loan and only 43 an adviser: the new price waits for the next contract.
# - Why it beats firing: firing *is* the action after which everybody leaves. Whoever brings more than 0 after the
#   change is worth more here than gone; for the 289, who then bring just 0, it makes no difference. Their price is
#   steep, ¥3,582 a year on top of ¥4,325 of revenue: most will go. That is no loss of money, but say openly what it is.
# - **Motion 2 is rejected.** Profit would fall by ¥17,090, before any relative follows.
#
# *(The one in five is an assumption; only the trial makes the effect of an adviser causal.)*

# %% [markdown] lang="en"
# ## What happened then
#
# **Nothing was carried out**: the board postponed both motions and the trial. So we can watch what these customers did
# undisturbed in 2024 and 2025. First the money, in ¥ million, of the customers as they were labelled for 2023:

# %%
later = bank.years.pivot_table(index="customer", columns="year", values="contribution")
labels = base.set_index("customer")["quadrant"]
(later.groupby(labels, observed=True).sum() / 1e6).round(2)

# %%
end = bank.years.query("year == 2025").merge(bank.wallets.query("year == 2025"))
end = end.merge(people[people["left"].isna()])
end["potential_estimate"] = (end["wallet"] - end["assets_here"]) * 0.10 * 0.01
now = crm.value_quadrants(end, **axes).customers.set_index("customer")["quadrant"]
stayed = pd.DataFrame({"in 2023": labels, "in 2025": now}).dropna()
print((stayed["in 2023"] == "risk").sum(), "risk customers of 2023 stayed to the end of 2025. In %:")
(100 * pd.crosstab(stayed["in 2023"], stayed["in 2025"], normalize="index")).round().astype(int)

# %% [markdown] lang="en"
# What 2023 said held: nothing was done, and risk customers cost ¥3.02 million again in 2024, and ¥2.62 million in 2025,
# with fewer still here.
# But of those who stayed until the end of 2025, 25 % had become **strategic**: 289 customers (by chance as many as got a
# price above) whom motion 1 would have sent away. And 58 % were still in the risk quadrant. *(Predictive: labels of
# 2023, money of 2024 and 2025. The cuts are new each year.)*

# %% [markdown] lang="en"
# ## Where it breaks
#
# - **The potential is a guess.** Here every wallet is given; a real bank must estimate it. The 10 % and the 1 fen move
#   nobody across a median, but many across a cut in yuan.
# - **One year is little.** Who joined in December shows one month; a bad year looks like a bad customer (lesson 02).
# - **Is the cost avoidable?** An adviser's salary ends when he takes other customers, or goes. If neither happens, his
#   cost is overhead, and it stays. A loan runs on until it is repaid, fired or not, with its loss and its price.
# - **The dictum.** *"Fire your worst customers"*: Sprint did so in 2007, with about 1,000 people who called too often.
#   Mittal, Sarkees and Murshed (2008) put it last, after re-assessing, educating, renegotiating and migrating. Shin,
#   Sudhir and Yoon (2012) find in a model that firing pays when costs differ enough. Haenlein and Kaplan (2011, 965 US
#   customers) find that plain dismissal harms a firm no more than pushing people out; Homburg, Droll and Totzek (2008,
#   310 firms) that putting the best first pays and does not hurt the bottom tier.
# - **The dissent.** Subramanian, Raju and Zhang (2014): customers who cost much may keep rivals from poaching, so that
#   keeping them can pay. Lepthien and others (2017): people disapprove, even those who merely watch.
# - **Fairness and law.** A rule by profit can hit the old, the ill and the poor. A basic account is a right in the
#   European Union.

# %% [markdown] lang="en"
# ## How close did we get?
#
# The answer book knows what each customer who is still here will bring in ten more years, at today's service.

# %%
truth = bank.truth.tables["people"][["customer", "residual_value"]]
known = base.merge(truth).dropna(subset="residual_value")
value = known.groupby("quadrant", observed=True)["residual_value"]
book = value.agg(["size", "mean", "median"])
book["positive in %"] = 100 * value.agg(lambda values: (values > 0).mean())
book

# %%
kind = known[known["motion_1"]].groupby("adviser")["residual_value"]
100 * kind.agg(lambda values: (values > 0).mean())

# %%
for guess, found in [(guess_motion_1, first), (guess_motion_2, second)]:
    amount = found.table["amount"]
    print(f"you said {guess:+,}, profit changes by {amount.iloc[-1] - amount.iloc[0]:+,.0f}")

# %% [markdown] lang="en"
# The book confirms three labels. Strategic and profitable customers are worth keeping, 98 % of them; strategic ones are
# worth more (¥12,737 against ¥4,751 on average). Risk customers lose ¥10,631 on average. But the label is about a
# **group**: 48 % of the risk customers have a positive value, 72 % of those without an adviser and 12 % of those with
# one. Ordinary customers lose on average and 80 % of them do not: again a few with advisers. *(Here are 1,206 risk
# customers, 36 more than the 1,170 above: they left and came back. The book values what came in 2023 to 2025, so it
# shares one year with our labels. It knows no potential.)*

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("04")

# %% [markdown] lang="en"
# Then try these:
#
# 1. A colleague: "Those 4,108 lose ¥72,066, here is the slide." Which line of the slide do you ask for?
# 2. Modify: fire only the risk customers who bring less than 0. *(Hint: `base["motion_1"] & (base["contribution"] <
#    0)`.)* What does profit gain?
# 3. Make: how many strategic customers have an adviser, and do they bring money? *(Start from `base.query("quadrant ==
#    'strategic'")`.)*
#
# <details><summary>Answers</summary>
#
# 1. Contribution: without overhead they bring ¥17,090. And whether the overhead ends with them.
# 2. ¥3,095,461, more than the whole quadrant.
# 3. 408, who bring ¥2,851,630: `.groupby("adviser")["contribution"].agg(["size", "sum"])`. An adviser is no waste
#    where there is business.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - Current value is seen, potential value is estimated. Say which cut, and count who changes sides.
# - Firing takes contribution away; overhead stays. A loss after overhead may be a gain before it.
# - First ask why a customer costs money. A cheaper channel or a fair price beats firing for everyone who then brings
#   more than nothing.
# - Customers do not go alone. A quadrant describes a group, not its members.
#
# | term | 中文 | meaning |
# |---|---|---|
# | current, potential value | 当前价值, 潜在价值 | what he brings now; what he could bring in addition |
# | strategic customers | 战略客户 | high on both: build an alliance (联盟型关系) |
# | profitable customers | 赢利客户 | high current value: a learning relationship (学习型关系) |
# | ordinary customers | 普通客户 | many, of small value: keep to transactions (交易关系) |
# | risk customers | 风险客户 | much investment, little profit to expect: let go |
# | contribution | 贡献 (边际贡献) | what is lost when the customer goes |
# | overhead | 间接费用 | what stays when he goes |
# | customer divestment | 放弃客户 | parting with customers, also *firing* |
#
# **References.** Haenlein, M., & Kaplan, A. M. (2011). Evaluating the consequences of abandoning unprofitable customers.
# *Zeitschrift für Betriebswirtschaft*, 81(Supplement 2). · Homburg, C., Droll, M., & Totzek, D. (2008). Customer
# prioritization: Does it pay off, and how should it be implemented? *Journal of Marketing*, 72(5). · Lepthien, A.,
# Papies, D., Clement, M., & Melnyk, V. (2017). The ugly side of customer management. *International Journal of Research
# in Marketing*, 34(4). · Mittal, V., Sarkees, M., & Murshed, F. (2008). The right way to manage unprofitable customers.
# *Harvard Business Review*, 86(4). · Shin, J., Sudhir, K., & Yoon, D.-H. (2012). When to "fire" customers: Customer
# cost-based pricing. *Management Science*, 58(5). · Subramanian, U., Raju, J. S., & Zhang, Z. J. (2014). The strategic
# value of high-cost customers. *Management Science*, 60(2). *(Abstracts and the opening of Mittal and others were read;
# its order of steps, and the right to a basic account, Directive 2014/92/EU, are from memory.)*
#
# **Exercise:** [04](exercises/04_value_quadrants.ipynb), with a bank of your own. **Next:** 05, is this one customer or
# three?
