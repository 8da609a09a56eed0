# ---
# jupyter:
#   crm:
#     concepts: [B2.1, B2.2, B2.3, B3.1, B3.2, B3.S1, B3.S2, B3.S3, B3.S4, B3.S5, B3.S6]
#     minutes: 150
#     title: Utility case
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 13 · Utility case: Delta Power
#
# **Homes may soon choose prices by the hour. Who will gain, who will pay, and does the peak fall?**
#
# *About 150 minutes, in three parts of 50. Before it: [00 Welcome](00_welcome.ipynb) and [01 What is
# CRM?](01_what_is_crm.ipynb); [09 Retention and churn](09_retention.ipynb) helps with odds and scores.*
#
# After this lesson you can
#
# - **compute** a bill under a flat, a tiered, a time-of-use and a combined tariff, and **tell** the last three apart
# - **defend** a trial by lot against a slide about volunteers
# - **name** winners and losers of a price before it is launched
# - **build** a debt score, a forecast and a service metric, each judged against something simpler
# - **show** what loyalty was worth when customers had no choice

# %% [markdown] lang="en"
# ## The case
#
# *Two pages to read before class; instructors have them as a handout to print, with the figures that the desk holds.*
#
# ### Page one: Friday's paper
#
# **Delta Power** sells electricity in a river delta: to homes, to commerce, to industry. For decades nobody could buy
# elsewhere. Satisfaction stood at about 72 points of 100, and the yearly report called the customers "loyal".
#
# Then the market opened, class by class. In January 2024 industry was free to choose another supplier, in October
# 2024 commerce. Homes still may not. Six kinds of rivals called on the customers: the grid's own affiliate, a shop run
# by generators, an industrial park, a gas company, independent traders, and firms that sell energy services.
#
# Ms Chen heads marketing. *Electricity marketing*, she learned, does not only sell more: it shapes how much is used
# **and when**. A power system is built for its busiest hours. Whoever moves washing and cooling out of them saves
# power stations and wires.
#
# In July 2024 Delta Power therefore started **time-of-use prices**: dear at peak, cheap at night. A part of the
# customers was drawn **by lot**, and half of them got the new prices. The others could **opt in** by themselves, and
# 102 homes did.
#
# A consultant sent a slide: *"Homes that opted in use 24 % less at peak. Offer it to all homes, free to choose.
# Everybody wins."* The board votes on Friday.

# %% [markdown] lang="en"
# ### Page two: five more papers on the same desk
#
# **Finance** complains of unpaid bills: ¥2.1 million at the end of 2025. "Call those with the largest debts." Since a
# bill must be paid whatever the customer thinks of the company, nobody asks who will be next.
#
# **The service centre** is proud. Since January 2024 its agents are paid a bonus by the share of contacts that they
# *code* as resolved at once, and the share rose to 93 %. Yet people call again. An article on Ms Chen's desk warns that
# an unreasonable way of judging staff puts great pressure on the front line. It recommends online service, a better
# assessment, and more skill.
#
# **Purchasing** buys each hour's power a day ahead, and takes last week's load as a forecast. On holidays this is far
# off. "Forecasting is art", says its head.
#
# **Sales** reports that 83 plants left in two years. "They were our most loyal customers." One large user brings as
# much margin as fifty small shops; homes, by policy, are sold power below its cost.
#
# **The article's fifth strategy** reads: charge the higher price of the *tiers* at peak hours, and the lower one in the
# valley. Ms Chen reads it twice. Something is mixed up there.
#
# She has three years of data: 3,000 customers, 91,225 bills, 10,931 contacts, the trial, and an audit. What should
# she tell the board about prices by the hour, and which of the five papers need an answer of their own?

# %% [markdown] lang="en"
# ## Predict first
#
# Write two guesses:
#
# - by how many percent do time-of-use prices cut the *share* of a home's use that falls into peak hours?
# - of **¥100** that homes which opted in save, how many yuan come from *shifting* use to cheaper hours?

# %%
guess_cut = 20
guess_shifting = 60

# %% [markdown] lang="en"
# # Part 1 · Customers and prices
#
# ## Who uses the power? Customers by class
#
# Each bill gets the cost of its power: what is left is the **margin** (amount − cost of generator, grid, levies and
# service). The **load factor** says how much of the contracted power is used on average; 1 would be all of it, day and
# night. `kwh_share` and `margin_share` are shares of the company's kWh and margin, `peak_share` is the part of the
# class's *own* kWh that falls into peak hours. All but the first column are in percent. *(Descriptive.)*

# %%
import numpy as np
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
power = crm.load_utility()
customers = power.customers
known = ["customer", "class", "segment", "contract_kw", "large_user", "hardship"]
bills = power.bills.merge(customers[known], on="customer")
in_2025 = crm.bill_margin(bills[bills["month"] >= "2025-01-01"], power.price_chain)

# %%
columns = ["customers", "kwh_share", "peak_share", "load_factor", "margin_share"]
classes = crm.load_segments(in_2025, "class").set_index("class")[columns]
classes.assign(**100 * classes[columns[1:]])

# %% [markdown] lang="en"
# In 2025 the 312 plants used 88 % of the power and brought 88 % of the margin. The 1,606 homes used 2 % and brought
# −1 %. Homes use 39 % of their power at peak hours, commerce 47 %, industry 36 %. Industry takes 41 % of what its
# contracted power would allow, commerce 19 %, homes 4 %.
#
# ### Large users
#
# The article on Ms Chen's desk (named at the end of this lesson) wants suppliers and users to be *partners*. Begin with
# the large ones. **Large**: an industrial customer with 100 kW or more.

# %%
large = crm.load_segments(in_2025, "large_user").set_index("large_user")[columns]
plants = in_2025[in_2025["class"] == "industrial"]
kinds = crm.load_segments(plants, "segment").set_index("segment")
a_year = in_2025.groupby(["large_user", "segment", "customer"], observed=True)["margin"].sum()
each, shop = a_year[True].mean(), a_year[False]["small shop"].mean()
most = large.loc[True]
print(f"{most['customers']:.0f} large users: {100 * most['margin_share']:.0f} % of the margin,")
print(f"on average {each:,.0f} yuan a year each, as much as {each / shop:.0f} small shops")
kinds = kinds.rename(columns={"margin_each": "margin a month"})
of_kinds = kinds[[*columns[:4], "margin a month"]]
of_kinds.assign(**100 * of_kinds[columns[1:4]])

# %% [markdown] lang="en"
# *(Here `kwh_share` is the share of **industry's** kWh, in percent like `peak_share` and `load_factor`. `margin a month`:
# yuan per plant and monthly bill. That there are 125 two-shift plants, too, is chance.)* 125 large users bring 67 % of
# the margin, ¥95,195 a year each. But size alone is no segment. *Continuous* plants use 32 % at peak, *two-shift*
# plants 43 %, *batch* plants, which can choose their hours, 38 %. The share at peak tells which partner wants what: who
# runs day and night wants a low price, a batch plant can be paid to move. *(The load factor does not tell them apart: 41
# or 42 % for all three.)*

# %% [markdown] lang="en"
# ## Electricity marketing: the level and the time of demand
#
# The hourly meters of a sample, before time-of-use prices:

# %%
load = power.load_hourly.merge(customers[["customer", "class"]], on="customer")
load = load[load["time"] < "2024-07-01"]
day = load.groupby([load["time"].dt.hour, "class"], observed=True)["kwh"].sum().unstack()
day = day[["residential", "commercial", "industrial"]]
day.columns = ["homes", "commerce", "industry"]
ax = crm.show.plot_day(day / day.mean(), power.tariff_hours)

# %% [markdown] lang="en"
# Homes peak at 19 o'clock, at 1.6 times their mean hour. Commerce peaks at 11, industry at 10. Marketing that only
# sells *more* would add to the dearest hours. So a price can aim at two things, and each has its own tool:
#
# - the **level** (how much in a month): a **tiered** price
# - the **time** (which hours): a **time-of-use** price

# %% [markdown] lang="en"
# ## Four tariffs, and a mix-up
#
# $$ \text{bill} = \underbrace{\sum_{p} k_p \, c_p}_{\text{by the hour}}
#    + \underbrace{s_2 \, (\min(K, t_2) - t_1)^+ + s_3 \, (K - t_2)^+}_{\text{by the month's volume}}
#    + \underbrace{g \, W}_{\text{by contracted power}} $$
#
# with $k_p$ the kWh in period $p$ (peak, flat, valley), $c_p$ the period's price (¥ per kWh), $K$ the kWh of the month,
# $t_1, t_2$ the ends of tiers 1 and 2 (kWh), $s_2, s_3$ the surcharges (¥ per kWh), $g$ the price of a kW of contracted
# power and $W$ that power; $(x)^+$ is $x$ or, below 0, nothing. **Peak** is here from 9 to 12 and from 17 to 22 o'clock,
# the **valley** from 23 to 7. *Flat* has two meanings: the hours that are neither, and a tariff with one price at all
# hours. The rules are **data**, not code:

# %%
rules = power.tariffs.set_index("tariff")
symbols = {
    "price_peak": "peak", "price_flat": "flat", "price_valley": "valley", "tier1_kwh": "t1",
    "tier2_kwh": "t2", "surcharge_tier2": "s2", "surcharge_tier3": "s3", "price_kw_month": "g",
}
rules[list(symbols)].rename(columns=symbols).astype(object).fillna("none")

# %% [markdown] lang="en"
# *(Three prices in ¥ per kWh, then the symbols of the formula; "none": the tariff has no tiers. "Two-part": one price for
# the kWh, one for the contracted kW.)* Only industry pays for contracted power: ¥24 per kW and month.
#
# ### By hand: one home, 500 kWh
#
# 250 kWh at peak, 150 flat, 100 in the valley:

# %%
flat = 500 * 0.56
tiered = 500 * 0.54 + 140 * 0.05 + 100 * 0.30  # 140 kWh in tier 2, 100 in tier 3
by_hour = 250 * 0.78 + 150 * 0.52 + 100 * 0.22
both = by_hour + 140 * 0.05 + 100 * 0.30  # the combined tariff: both rules, added
print(f"flat {flat:.0f}, tiered {tiered:.0f}, by the hour {by_hour:.0f}, combined {both:.0f}")

# %% [markdown] lang="en"
# ¥280, ¥307, ¥295 and ¥332. Now move 100 kWh from peak to valley: the energy gets ¥56 cheaper, the surcharge stays,
# since the month is as large as before. **The article mixes the two up**: it would charge "the higher tier" at peak. A
# tier does not know the hour, and a time-of-use price does not know the month.

# %% [markdown] lang="en"
# ### The same with crmlib, and all bills of the company

# %%
home = pd.DataFrame({"kwh_peak": [250, 150], "kwh_flat": [150, 150], "kwh_valley": [100, 200]})
names = ["home flat", "home tiered", "home time-of-use"]
crm.compare_bills(home, power.tariffs, names)

# %%
homes = bills[bills["class"] == "residential"]
agree = abs(crm.bill(homes, power.tariffs)["amount"] - homes["amount"]) < 0.005
print(f"{agree.sum():,} of {len(agree):,} bills agree")

# %% [markdown] lang="en"
# *home time-of-use* is the combined tariff: ¥332, as by hand. The second row is the home after the move: nothing
# changes under the first two tariffs, ¥56 under the third. And every one of the 54,825 bills of homes comes out to the
# fen (¥0.01).

# %%
month = pd.DataFrame({"kwh_peak": np.arange(0, 601.0, 10)}, index=np.arange(0, 601, 10))
evening = month.assign(kwh_valley=0.2 * month["kwh_peak"], kwh_flat=0.3 * month["kwh_peak"])
evening["kwh_peak"] *= 0.5
night = evening.rename(columns={"kwh_peak": "kwh_valley", "kwh_valley": "kwh_peak"})
two = crm.compare_bills(evening, power.tariffs, names[1:])
two["night"] = crm.compare_bills(night, power.tariffs, names[2:])
two.columns = ["tiered", "by the hour, evening home", "by the hour, night home"]
ax = crm.show.plot_bills(two, edges=[260, 400])

# %% [markdown] lang="en"
# *(The evening home uses half of its power at peak, 30 % in flat hours and 20 % in the valley; the night home has peak and
# valley the other way round.)* The bend at 400 kWh comes from the tiers, for everybody. The distance between the two
# time-of-use lines comes from the hours: the same 600 kWh cost the evening home ¥101 more than the night home.

# %% [markdown] lang="en"
# ## Does the price cut the peak? The lot against the volunteers
#
# For each home: how did its share of use at peak change from before July 2024 to after? Then compare groups.

# %%
changed = crm.peak_share_change(homes, start="2024-07-01").customers
changed = changed.merge(customers[["customer", "tou_arm"]]).rename(columns={"tou_arm": "arm"})
lot = crm.compare_arms(changed, "change", "trial time-of-use", "trial control")
slide = crm.compare_arms(changed, "after", "opted in", "none")
earlier = crm.compare_arms(changed, "before", "opted in", "none")
moved = crm.compare_arms(changed, "change", "opted in", "none")
found = pd.concat([lot, slide, earlier, moved], ignore_index=True)
found["who"] = ["the lot", "volunteers after", "volunteers before", "volunteers, change"]
found[["difference", "low", "high"]] = 100 * np.expm1(found[["difference", "low", "high"]])

# %%
x = "share of use at peak, against the comparison group (%)"
title = "The volunteers’ share at peak was lower before they began"
ax = crm.show.plot_estimates(found, title=title, x=x)

# %%
found[["who", "treated", "control", "difference", "low", "high"]].round(1)

# %%
in_all = homes["kwh_peak"] + homes["kwh_flat"] + homes["kwh_valley"]
side = np.where(homes["month"] >= "2024-07-01", "after", "before")
for name, kwh in {"at peak": homes["kwh_peak"], "in all": in_all}.items():
    logs = np.log(kwh.where(kwh > 0)).groupby([homes["customer"], side]).mean().unstack()
    logs = (logs["after"] - logs["before"]).rename("change").reset_index().dropna()
    drawn = logs.merge(customers[["customer", "tou_arm"]]).rename(columns={"tou_arm": "arm"})
    use = crm.compare_arms(drawn, "change", "trial time-of-use", "trial control")
    mid, low, high = 100 * np.expm1(use.loc[0, ["difference", "low", "high"]].astype(float))
    print(f"kWh {name}, the lot: {mid:+.1f} % ({low:+.1f} to {high:+.1f})")

# %% [markdown] lang="en"
# *(`treated` and `control`: how many homes. The comparison is of logarithms of shares; the table has them back in
# percent.)*
#
# **By lot: −4.3 %** (−4.7 to −3.8) of the share at peak. *(Causal: 250 homes with and 268 without, alike on average in
# all but the draw.)* In brackets stands the 95 % **interval**: the sizes that the data leave plausible. If it holds 0, no
# effect is shown.
#
# A share is not a load. In kWh at peak the lot says −2.5 % (−4.3 to −0.8), since the homes with the new prices used 1.8
# % more in all (0.1 to 3.6). That rise is just above 0: chance, or cheap nights used more; a longer trial will tell.
# Field experiments report 3 to 6 % less *demand* at peak (Faruqui & Sergici 2010); −2.5 is below that range, its
# interval reaches into it.
#
# A home's total varies more than its share, so that the interval of the kWh is nearly four times as wide. The share is
# the sharper measure. What follows is calculated from it and takes the month's use as given; the lot's own −2.5 % comes
# back in the decision.
#
# The slide says *use* and means the share, too. Its −24 % is right, and says nothing: the volunteers were at −21 %
# *before* any price by the hour. What changed after it is −3.6 %, no more than in the lot. They **chose**
# (*self-selection*). Whoever uses little at peak anyway signs up, and is paid for what he does already: a **structural
# winner**.

# %% [markdown] lang="en"
# ## Load shift, bill, margin
#
# The **elasticity of substitution** $\sigma$ says how far the ratio of peak to valley use follows the ratio of prices:
# $\ln(k_\text{peak} / k_\text{valley})$ changes by $-\sigma \ln(c_\text{peak} / c_\text{valley})$. From the lot:

# %%
ratio = crm.compare_arms(changed, "change_ratio", "trial time-of-use", "trial control")
sigma = -ratio.loc[0, "difference"] / np.log(0.78 / 0.22)
print(f"elasticity {sigma:.3f}")

# %% [markdown] lang="en"
# An elasticity of 0.096: a peak price 3.5 times the valley's cuts the ratio of peak to valley use by 11 %. With it,
# put on paper what opting in did to the 102 volunteers, on their use in the year before:

# %%
before = homes[homes["month"].between("2023-07-01", "2024-06-01")]
before = crm.bill_margin(before, power.price_chain)
chose = customers.loc[customers["tou_arm"] == "opted in", "customer"]
opted = before[before["customer"].isin(chose)]
volunteers = crm.tariff_change(opted, power.tariffs, "home time-of-use", sigma)
volunteers[["gain", "structural", "shifting", "margin_change"]].mean()

# %% [markdown] lang="en"
# A volunteer gains ¥129 a year: ¥101 without moving anything and ¥28 by shifting. **Delta Power loses ¥112** on each.
# The consultant's "everybody wins" is a transfer, from the company to those who need not change.

# %% [markdown] lang="en"
# ## Winners and losers
#
# And if *every* home on the tiered tariff got the new prices (the tiers stay)? *(Calculated: true if all shift as those
# in the lot did.)* A win or a loss counts from ¥12 a year (`win`, `lose`: percent of the homes).

# %%
now = in_2025[in_2025["tariff"] == "home tiered"]
all_homes = crm.tariff_change(now, power.tariffs, "home time-of-use", sigma)
all_homes = all_homes.merge(customers[["customer", "segment", "hardship"]])
segments = crm.winners_losers(all_homes, "segment", worth=12)
shown = segments[["segment", "customers", "gain", "structural", "shifting", "win", "lose"]]
shown.assign(**100 * shown[["win", "lose"]])

# %%
ax = crm.show.plot_winners(segments, "segment")

# %%
who_pays = pd.DataFrame({
    name: crm.tariff_change(now, power.tariffs, "home time-of-use", one)
    .merge(customers[["customer", "segment"]]).groupby("segment")["margin_change"].sum()
    for name, one in {"nobody moves": 0, "as in the lot": sigma, "elasticity 0.2": 0.2}.items()
})
who_pays.loc["all homes"] = who_pays.sum()
print("change of the company's margin, yuan a year")
print(f"lost by shifting as in the lot: {who_pays.iloc[-1, 0] - who_pays.iloc[-1, 1]:,.0f}")
who_pays.round(0)

# %%
dearer = (now["cost_peak"] - now["cost_valley"]) * now["kwh_peak"]
saved = dearer.sum() / now["kwh_peak"].sum()
print(f"a kWh moved to the valley saves the home {0.78 - 0.22:.2f} yuan, the purchase {saved:.2f}")

# %%
cut = (all_homes["peak_before"] - all_homes["peak_after"]).sum()
print(f"these homes' use at peak: {-100 * cut / all_homes['peak_before'].sum():+.1f} %")
print(f"the company's:            {-100 * cut / in_2025['kwh_peak'].sum():+.2f} %")
part = all_homes["peak_before"].sum() / in_2025["kwh_peak"].sum()
print(f"these homes' part of the company's use at peak: {100 * part:.1f} %")
poor = crm.winners_losers(all_homes, "hardship", worth=12)
poor.assign(**100 * poor[["win", "lose"]])[["hardship", "customers", "gain", "win", "lose"]]

# %% [markdown] lang="en"
# With everybody in, the company gains ¥4,432 a year instead of losing. **That plus is not earned by shifting.** If
# nobody moved it would be ¥16,132: evening homes pay ¥26,738, the others get a part of it back. A kWh moved from peak
# to valley saves the home ¥0.56 and the company's purchase only ¥0.33: each takes ¥0.23 from the margin, all together
# (flat hours included) ¥11,700. Were the elasticity 0.2, the company would lose ¥8,443. The spread pays more for a move
# than the move is worth. Better is a spread near cost (*Explore*, ratio 2).
#
# **And the peak?** 4.4 % less is 4.4 % of what these 1,199 homes use at peak, if they use as much in all as before. They
# have 1.9 % of the company's use at peak; of the company's use the cut is 0.08 %. All homes together have 2.5 % of it; if
# all did as those in the lot, it would be 0.11 %.
#
# 55 % of the **evening homes** lose: people who work by day and cook at seven. 96 homes are registered as households in
# **hardship**; of these 51 % lose. A mean gain of ¥11 hides both.

# %% [markdown] lang="en"
# ### Explore: the tariff
#
# Another tariff, built so that the bills of all homes together stay as they are while nobody moves anything (the use
# is that of the 1,199 homes above; the surcharges of the tiers are left out, as the month's volume stays).
#
# - Start: peak price four times the valley's, nobody moves. Who gains, who loses?
# - Only homes that gain without moving take part. Read the company's margin.
# - Everybody takes part, and moves 10 % of the peak. Then 20 %.
# - Now the ratio: 2, then 6. What does it do to the losers?
#
# *(Reading without running it? The figure above shows who gains and loses by "home time-of-use", which is not built that
# way: unmoved, it raises the bills of all homes together by ¥16,132. The spread is much like here at 3.5.)*

# %%
kwh = ["kwh_peak", "kwh_flat", "kwh_valley"]
costs = ["cost_peak", "cost_flat", "cost_valley"]
mine = now.groupby("customer").agg(dict.fromkeys(kwh, "sum") | dict.fromkeys(costs, "mean"))
mine = mine.reset_index().merge(customers[["customer", "segment"]])
mine = mine[mine[kwh].sum(axis=1) > 0]

# %% tags=["nbval-ignore-output"]
crm.show.explore_tariff(mine)

# %% [markdown] lang="en"
# You should have seen:
#
# - Nobody moves: the company's margin stays, and 52 % of the homes lose. Evening homes lose ¥39 each; others gain it.
# - Only homes that gain without moving: nobody loses, and **the company loses ¥51,064** for nothing.
# - All move 10 %: 28 % still lose, and the company loses ¥33,781. Why? A kWh moved saves the customer ¥0.64, and the
#   company's purchase only ¥0.33. At a ratio of 2 it loses ¥1,847: there the price follows the cost.
# - The ratio hardly changes *how many* lose (28 % at 2 and at 6), but how much. *(Here every loss counts, however
#   small, and the homes move 10 % of their peak.)*

# %% [markdown] lang="en"
# # Part 2 · Debts and service
#
# ## Arrears and the risk of a debt
#
# **Ageing** sorts what is owed by how long it has been overdue. On 31 December 2025:

# %%
ageing = crm.arrears_ageing(power.bills, "2025-12-31")
overdue = ageing[ageing["age"] != "not yet due"]
print(f"overdue in all: {overdue['owed'].sum():,.0f} yuan")
overdue[["age", "bills", "customers", "owed"]]

# %% [markdown] lang="en"
# ¥2.1 million is overdue, ¥1.2 million of it for over 90 days, by 95 customers. That is the past. Who is *next*?
#
# A **debt** is here a bill more than 30 days late. Take the customers without one on 1 June (a bill may be overdue, for
# up to 30 days) and ask who has one within six months. Learn in 2024, judge in 2025, and use only what was known that
# day. An **odds ratio** (`odds_ratio`) says by how much a feature multiplies the odds of a debt (those who get into
# debt to one who does not).


# %%
def facts_on(day):
    facts = crm.debt_frame(power.bills, day).merge(customers[["customer", "payment_channel"]])
    return facts.assign(no_autopay=facts["payment_channel"].astype(str) != "autopay")


then, today = facts_on("2024-06-01"), facts_on("2025-06-01")
score = crm.debt_score(then, ["late_bills", "overdue", "no_autopay"])
odds = score.table[["feature", "odds_ratio"]]
odds.assign(low=np.exp(score.table["low"]), high=np.exp(score.table["high"]))

# %% [markdown] lang="en"
# *(`low`, `high`: the interval. Of odds ratios 1, not 0, means "no sign".)*
#
# **Overdue today** (`overdue`) multiplies the odds by 33 (16 to 67). But the 33 is partly mere arithmetic: a bill that
# stays unpaid ages past 30 days by itself. Who does not pay by direct debit (`no_autopay`) has 1.51 times the odds (1.10
# to 2.06). A late bill more in the year before (`late_bills`): 1.11 (1.00 to 1.23), little for one bill, and hardly sure;
# but ten late bills multiply the odds by 2.8.
#
# A baseline should be as good as a rule without a model can be: *overdue first, then by late bills*. Finance wants the
# *largest debts*, but these people have none yet; the nearest rule is *largest bills*. Does the score know more? The
# **AUC** is the chance that a future debtor has the higher score than another customer; 0.5 is a coin. The list: the 10
# % with the highest score.

# %%
today["score"] = score.risk(today)
today["rule"] = 100 * today["overdue"] + today["late_bills"]
judged = crm.compare_scores(today, ["rule", "score", "bill"], value="at_stake")
shown = judged[["score", "auc", "ahead", "ahead_low", "ahead_high", "caught", "money_caught"]]
shown.map(lambda value: value if isinstance(value, str) else f"{value:.3f}")

# %%
late = today[today["overdue"]]
print(f"overdue on 1 June 2025: {len(late)}, of these in debt by December: {late['debt'].sum()}")
owing = today.merge(customers[["customer", "class"]]).groupby("class", observed=True)
owing = owing[["debt", "at_stake"]].sum()
owing.loc["all"] = owing.sum()
owing

# %% [markdown] lang="en"
# *(`ahead`: its AUC less the rule's, with interval (DeLong et al. 1988); `caught`, `money_caught`: share of the debtors,
# and of the money in their debts, on the list. In the last table `debt` is the number of debtors, `at_stake` the yuan of
# the bills that become debts.)*
#
# Of 44 who were overdue on 1 June 2025, 28 became debtors. The score beats the rule, but by little: AUC 0.645 to 0.611,
# ahead by 0.034 (0.006 to 0.063). Its tenth holds 26 % of the 199 debtors, the rule's 24 %. The signs are weak, and a rule
# on a sheet of paper finds nearly as many debtors. And finance? The largest bills are *no* sign of a debt (AUC 0.46),
# yet that list holds 83 % of the **money**. Two questions, two lists: who needs help early, and where the money is.
# Homes are 129 of the 199 debtors and hold ¥33,316 of the ¥945,260 at stake. *(Predictive.)*
#
# ### Collection: a call or a text message?
#
# The first reminder of a debt was drawn by lot. Share paid within 70 days, without a payment plan by instalments
# (`treated_mean`: of those called; `control_mean`: of those texted; in percent):

# %%
cases = power.arrears[power.arrears["opened"] <= "2025-09-30"]
quick = (cases["closed"] - cases["opened"]).dt.days <= 70
paid = (quick & cases["plan_from"].isna() & (cases["outcome"] == "paid")).astype(float)
reminded = cases.assign(paid=paid, arm=cases["first_step"].astype(str))
call = crm.compare_arms(reminded, "paid", "call", "text message")
100 * call[["treated_mean", "control_mean", "difference", "low", "high"]]

# %% [markdown] lang="en"
# 52 % of those called pay in time, 39 % of those texted: 13 points more (8 to 19). *(Causal.)* But do the texted not
# pay, or later? Follow all cases opened by the end of 2024, for at least a year:

# %%
followed = power.arrears[power.arrears["opened"] <= "2024-12-31"]
followed = followed.merge(customers[["customer", "class"]]).astype({"first_step": "str"})
followed["days"] = (followed["closed"] - followed["opened"]).dt.days.astype(float)
followed.loc[followed["outcome"] != "paid", "days"] = np.inf
paid_by = {}
for name, days in {"180 days": 180, "a year": 365, "end of 2025": 9999}.items():
    settled = followed.assign(paid=(followed["days"] <= days).astype(float))
    settled["arm"] = settled["first_step"]
    paid_by[name] = crm.compare_arms(settled, "paid", "call", "text message").iloc[0]
shown = ["treated_mean", "control_mean", "difference", "low", "high"]
100 * pd.DataFrame(paid_by).T[shown].astype(float)

# %%
waited = followed.assign(arm=followed["first_step"], days=followed["days"].clip(upper=365))
sooner = crm.compare_arms(waited, "days", "call", "text message", by="class")
sooner = sooner.set_index("class")
sooner["debt"] = followed.groupby("class", observed=True)["debt"].mean()
a_day = 0.05 / 365 * sooner["debt"]
sooner["worth"] = -sooner["difference"] * a_day
sooner["worth from"], sooner["worth to"] = -sooner["high"] * a_day, -sooner["low"] * a_day
sooner[["difference", "low", "high", "debt", "worth", "worth from", "worth to"]]

# %% [markdown] lang="en"
# *(`difference`: days until paid, at most 365, called less texted; `debt`: mean, in yuan; `worth`: 5 % interest a year,
# assumed, on the days saved, and its interval.)*
#
# After 180 days 81 % of the called and 74 % of the texted have paid, after a year 95 and 94 %, and at the end of 2025
# the difference is 0.5 points (−1.6 to 2.6). **The call buys time, not money.** A home pays 18 days sooner on ¥345:
# worth ¥0.85 (¥0.04 to ¥1.66), and a phone contact costs ¥8. Commerce pays 32 days sooner on ¥4,678: ¥20, but with an
# interval from ¥3 to ¥37. **Text homes; in commerce the call probably pays.** A call pays there if it brings the money at
# least 12.5 days sooner; the interval begins at 5 days. So call most, and go on texting some by lot. In industry no gain
# is seen (−40 to 46 days): too few cases. A day there is worth ¥10, so keep drawing the lot.

# %% [markdown] lang="en"
# ## The service centre
#
# What do people want, and where?

# %%
contacts = power.contacts
pd.crosstab(contacts["reason"], contacts["channel"], margins=True)

# %% [markdown] lang="en"
# 10,931 contacts in three years; 6,078 by phone. Bills are the most frequent reason, outages the second. New connections
# are the fewest: 1,036.

# %% [markdown] lang="en"
# ## Online service: cheap, and for whom?

# %%
channels = crm.channel_costs(contacts, power.contact_costs).set_index("channel")
channels[["contacts", "cost", "repeat", "cost_settled", "total"]]

# %% [markdown] lang="en"
# A contact costs ¥8.00 by phone and ¥0.20 in the app; counted per contact that needs no repeat, ¥10.97 and ¥0.23. But
# look at the total: *all* phone calls of three years cost ¥48,624, so ¥16,208 a year. That is about a sixth of what one
# large user brings in a year (¥95,195): all that moving every call could save. *(And the app's fewer repeats
# are no proof: who uses it, and for what, differs.)*
#
# Who is left behind?

# %%
people = customers[customers["class"] == "residential"]
online = people["online_since"].notna()
by_age = online.groupby(people["age_band"], observed=True).mean()
by_phone = contacts.merge(people[["customer", "age_band"]])
by_phone = (by_phone["channel"] == "phone").groupby(by_phone["age_band"], observed=True).mean()
100 * pd.DataFrame({"joined online, %": by_age, "contacts by phone, %": by_phone})

# %% [markdown] lang="en"
# Of the homes of people under 35, 92 % have joined the online service; of those of 65 and over 26 %, and they phone in
# 76 % of their contacts. Close the phones, and three in four of the oldest must join or go to the counter, where a
# contact costs ¥15. Cost per contact is not the whole price.

# %% [markdown] lang="en"
# ## Judging staff: a metric, and how it is gamed
#
# **First-contact resolution**: the share of contacts that settle the matter at once. Agents code it; since January 2024
# a bonus hangs on the code. An audit asks customers, drawn by lot. Compare 2023 with 2024 only: in 2025 half of the
# agents were trained (below), so that something else than the bonus had changed.

# %%
all_years = crm.resolution_rates(contacts, power.audits)
two_years = contacts[contacts["time"] < "2025-01-01"]
first_year = two_years["time"] < "2024-01-01"
two_years = two_years.assign(period=np.where(first_year, "2023, no bonus", "2024, bonus"))
rates = crm.resolution_rates(two_years, power.audits, by="period")
table = pd.concat([all_years.assign(period="all years"), rates]).set_index("period")
100 * table[["coded", "audited", "low", "high", "no_repeat"]]

# %%
ax = crm.show.plot_codes(rates, "period")

# %% [markdown] lang="en"
# Over all three years agents coded 89 %, customers say 72 %. With the bonus the *code* rose from 81.4 to 92.7 %. What
# customers say went from 75 to 68 % (68 to 81, and 60 to 74: within the error); and the share who do **not** call again
# within a week stayed at 72 and 73 %. **In its first year nothing improved but the number.** *(Descriptive: before and
# after, with no group without a bonus to compare with.)* Campbell (1979) put it in general: the more a number decides,
# the more it is corrupted, and the more it spoils the work that it measures.
#
# A better metric: an audited sample, plus "did not come back in seven days", counted by a machine. How would staff game
# *that*? Ask the customer to call next week; log the repeat under another reason; leave hard cases to colleagues. So
# draw the audit by lot, and do not hang pay on one number.

# %% [markdown] lang="en"
# ## Staff skill → resolution → satisfaction
#
# Agents took a skill test in January 2023. Contacts go to whoever is free, so that all get the same mix. The line's
# slope is a share per *one* point of the test; times 10 for ten points and times 100 for percent makes 1,000:

# %%
early = contacts[contacts["time"] < "2025-01-01"]
agents = crm.agent_results(early, power.agents)
line = crm.weighted_slope(agents, "skill_test", "no_repeat", "contacts")
1000 * line[["slope", "low", "high"]]

# %% [markdown] lang="en"
# Ten points more in the test go with 7.9 points more contacts without a repeat (6.0 to 9.9). Is it the skill? In
# January 2025 half of the agents, **drawn by lot**, were trained:

# %%
later = crm.agent_results(contacts[contacts["time"] >= "2025-01-01"], power.agents)
agents["gained"] = 100 * (later["no_repeat"] - agents["no_repeat"])
agents["arm"] = np.where(agents["trained"].notna(), "trained", "not trained")
training = crm.compare_arms(agents, "gained", "trained", "not trained")
training[["treated_mean", "control_mean", "difference", "low", "high"]]

# %%
later = later.merge(agents[["agent", "arm"]])
later["quiet"] = later["no_repeat"] * later["contacts"]
in_arm = later.groupby("arm")[["contacts", "quiet"]].sum()
rest = in_arm.loc["not trained", "contacts"]
fewer = training.loc[0, ["low", "difference", "high"]].astype(float) / 100 * rest
served = contacts[contacts["agent"].notna() & (contacts["time"] >= "2025-01-01")]
cost = served.merge(power.contact_costs, on="channel")["cost"].mean()
low, mid, high = fewer * cost
quiet = 100 * in_arm["quiet"] / in_arm["contacts"]
print(f"without a repeat in 2025: trained {quiet['trained']:.0f} %,", end=" ")
print(f"others {quiet['not trained']:.0f} %")
print(f"the untrained served {rest:,}; trained: {fewer.iloc[1]:.0f} fewer repeats a year,")
print(f"at {cost:.2f} yuan each: {mid:,.0f} ({low:,.0f} to {high:,.0f})")

# %% [markdown] lang="en"
# *(`treated_mean`, `control_mean`: change from 2023-24 to 2025 in points, mean of the 20 trained and of the 20 others.)*
#
# The training adds 9.8 points (6.2 to 13.4): +6.7 for the trained, −3.1 for the others, who show what the year would
# have been without it. In 2025 the trained have 79 % without a repeat, the others 69 %. *(Causal.)* Where service
# improved in 2025 it was through the training; the bonus was the same for both halves.
#
# What would training the other 20 save? They served 1,303 contacts in 2025: 128 repeats less, at ¥8.02 each about
# ¥1,024 a year (¥649 to ¥1,398). What the training costs is not in the data. For the money alone it may cost ¥51 a head
# and year.
#
# And satisfaction? It is the mean of three questions from 1 to 10, put on a scale from 0 to 100. Compare homes and firms
# by what happened to them from January to June, before the survey:

# %%
half = contacts[contacts["time"].dt.month <= 6]
half = half.assign(wave=half["time"].dt.year).groupby(["customer", "wave"])["repeat_7d"].sum()
survey = power.survey.merge(half.rename("repeats").reset_index(), how="left")
index = (survey[["sat_overall", "sat_expected", "sat_ideal"]].mean(axis=1) - 1) / 9 * 100
settled = survey["repeats"] == 0
what = np.select([survey["repeats"].isna(), settled], ["no contact", "settled"], "repeated")
sums = survey.assign(index=index * survey["weight"]).groupby(what)[["index", "weight"]].sum()
satisfaction = sums["index"] / sums["weight"]
satisfaction

# %%
import statsmodels.api as sm

fitted = sm.WLS(index, pd.get_dummies(what, dtype=float), weights=survey["weight"])
fitted = fitted.fit(cov_type="cluster", cov_kwds={"groups": survey["customer"]})
pairs = {"settled less no contact": [-1, 0, 1], "repeated less settled": [0, 1, -1]}
for name, signs in pairs.items():
    low, high = fitted.t_test(signs).conf_int()[0]
    print(f"{name}: {fitted.t_test(signs).effect[0]:+.1f} points ({low:+.1f} to {high:+.1f})")

# %% [markdown] lang="en"
# 73.1 points without a contact, 72.7 with contacts that were settled, 68.3 where a call had to be repeated. With a
# settled contact no lower score is seen (−0.3 points, −1.8 to +1.1); with an unsettled one it is 4.5 points lower than
# with a settled one (−6.8 to −2.2). *(Descriptive: the lot tested training → resolution, nothing tested resolution →
# satisfaction.)*

# %% [markdown] lang="en"
# # Part 3 · The market
#
# ## Forecasting demand
#
# First the plainest rule (*seasonal naive*): each hour as in the same hour a week ago. Then a regression, one line per
# hour of the day, on degrees above 24 and below 10, weekend, holiday and trend. It learns until the end of 2024; 2025
# is the test. Say that power missing costs ¥300 more per MWh, and power left over loses ¥100 (assumed).

# %%
demand = power.system_demand
test = demand["time"] >= "2025-01-01"
last_week = crm.seasonal_naive(demand)
model = crm.weather_calendar(demand, power.weather, train_until="2025-01-01")
forecasts = {"last week": last_week[test], "model": model[test]}
forecasts["model + 10 MW"] = model[test] + 10
missed = (demand["demand"] - model)[demand["time"].between("2024-01-01", "2024-12-31 23:00")]
own = in_2025["kwh"].sum() / 1000 / demand.loc[test, "demand"].sum()
fresh = (demand["demand"] - model)[test]
print(f"3 of 4 errors of 2024 below {missed.quantile(0.75):.1f} MW,", end=" ")
print(f"of 2025 below {fresh.quantile(0.75):.1f}; own share {100 * own:.1f} %")
errors = crm.forecast_errors(demand.loc[test, "demand"], forecasts, short=300, long=100)
errors.assign(mape=100 * errors["mape"], cost=errors["cost"] / 1e6)

# %%
days = demand.loc[test, "time"].dt.normalize()
holidays = power.weather.loc[power.weather["holiday"], "date"]
kinds_of_day = [days.isin(holidays), days.isin(holidays + pd.Timedelta(days=7))]
kind = np.select(kinds_of_day, ["holiday", "a week after a holiday"], "other day")
missed_by = pd.DataFrame(forecasts)[["last week", "model"]]
missed_by = missed_by.sub(demand.loc[test, "demand"], axis="index").abs().groupby(kind).mean()
missed_by.insert(0, "days", pd.Series(kind).value_counts() // 24)
missed_by

# %%
week = demand["time"].between("2025-01-22", "2025-01-28 23:00")
shown = pd.DataFrame({"demand": demand["demand"], "last week": last_week, "model": model})
shown = shown[week].set_index(demand.loc[week, "time"])
ax = crm.show.plot_forecast(shown)

# %% [markdown] lang="en"
# *(`mae`: mean error in MW; `mape`: in %; `bias`: forecast − demand in MW; `cost`: ¥ million. For the whole supply
# area.)*
#
# Last week errs by 4.9 %, the model by 1.8 %. The error costs ¥56.2 million and ¥17.4 million in the whole area. The
# 3,000 customers in our data use 2.7 % of that load: on its 2.7 %, the model saves up to about ¥1 million a year, if its
# own load errs alike. Not art: weather and a calendar. *(How can a supplier without rivals have 2.7 %? The data hold one
# company's customers and the demand of the whole supply area. They do not say who serves the rest.)*
#
# Where does last week miss most? On the 19 holidays of 2025 by 79 MW, and by 69 on the same days one week later, when
# it copies a holiday; on all other days by 27. The model misses by 11, 10 and 12. The figure has the seven holidays of
# January. *(By the simulation's calendar: the real ones of 2025 fell otherwise.)*
#
# And the model made *worse*, by 10 MW more everywhere, errs by 16.8 instead of 11.9 MW, and is the cheaper one: ¥17.1
# million. To be short is three times as dear as to be long, so buy what suffices three times in four: of the errors of
# 2024 (demand less model) three of four lay below 9.7. *(The model learned from 2024, too; in 2025, which it had not seen,
# it was 5.1. And it was given the day's measured temperature; a real one has only a forecast of it.)*

# %% [markdown] lang="en"
# ## From the generator to the customer: the margin chain
#
# "Balance generator, supplier and user", says the article. Who gets what of a kWh?

# %%
chain = crm.kwh_chain(in_2025, power.price_chain)
ax = crm.show.plot_price_chain(chain)

# %%
100 * chain.set_index("class").drop(columns="kwh")

# %% [markdown] lang="en"
# In fen (¥0.01) per kWh; the first six add up to the price. Commerce pays 79.9 and leaves the supplier 15.5; industry
# 64.4 and 11.4; homes 55.2, and they cost 3.9 more than that. Generators keep 16 to 20 over their fuel in every class.
# Business pays for the homes: a policy, as long as business **must** buy here.

# %% [markdown] lang="en"
# ## The market opens: monopoly loyalty revealed
#
# Follow customers from quarter to quarter. Homes may not choose in these three years: they are the control group. Some
# leave all the same:

# %%
gone = customers[customers["exit_reason"].astype(str) == "switched"]
print("first day on which somebody switched:")
print(gone.groupby("class", observed=True)["left"].min().dt.date.to_string())
pd.crosstab(customers["class"], customers["exit_reason"])

# %% [markdown] lang="en"
# All 285 homes that left *moved* away. Of industry 20 plants *closed* and 83 *switched* to a rival, all of them after
# the opening.

# %%
panel = crm.exit_panel(customers, "2023-01-01", "2026-01-01")
opened = {"industrial": "2024-01-01", "commercial": "2024-10-01"}
ax = crm.show.plot_opening(panel, opened)

# %%
effect = crm.opening_effect(panel, opened, control="residential").set_index("class")
100 * effect

# %% [markdown] lang="en"
# *(In % a year.)* Of industry 1.6 % a year left before it could choose, 16.1 % after. Homes changed by 0.6 points in
# the same time, so the opening did **13.9 points** (10.2 to 17.6). For commerce it is 16.0 (12.5 to 19.5). This is a
# **difference in differences**. *(Causal if, without the opening, the classes would have changed alike. It was
# staggered: the jump comes in each class with its own date.)*
#
# What had they said? Intention to stay, 1 to 7, by class and survey:

# %%
asked = power.survey.merge(customers[["customer", "class"]])
asked["said"] = asked["int1"] * asked["weight"]
sums = asked.groupby(["class", "wave"], observed=True)[["said", "weight"]].sum()
(sums["said"] / sums["weight"]).unstack()

# %%
plants_2023 = asked[(asked["class"] == "industrial") & (asked["wave"] == 2023)]
later_gone = plants_2023["customer"].isin(gone["customer"])
for who, some in {"switched later": later_gone, "others": ~later_gone}.items():
    one = plants_2023[some]
    stay = one["said"].sum() / one["weight"].sum()
    print(f"plants asked in 2023, {who}: {stay:.1f} ({len(one)} answers)")

# %%
free = power.survey[power.survey["choice_available"]]
reasons = 100 * free["stay_reason"].value_counts(normalize=True)
reasons[reasons > 0]

# %% [markdown] lang="en"
# Industry's intention fell from 6.3 to 4.9 as soon as there was a choice; the homes' stays at 6.1 to 6.2. "Our most loyal
# customers", says Sales of those who left. In 2023, still without a choice, plants that later switched had said 6.2 (26
# answers), the others 6.3: hardly a difference. Of those with a choice who stay, 54 % name habit or convenience, 17 %
# value. What customers say without a choice does not measure loyalty; lesson 08 calls it *monopoly loyalty*. And to whom
# do they go?

# %%
100 * power.switches["rival"].value_counts(normalize=True)

# %% [markdown] lang="en"
# Six kinds of seller share them, so that no single rival is "the" competitor.

# %% [markdown] lang="en"
# ## The decision on Friday
#
# Three ways to bring prices by the hour to the homes on tiers. The third takes *Explore*'s prices at a ratio of 2, the
# tiers stay, and homes shift as in the lot. Beside them, the plants on the old price. Per year, on paper:

# %%
book = power.tariffs.astype({"tariff": "str"})
shape = np.array([2**0.5, 1, 2**-0.5])
use = now[kwh].sum().to_numpy()
mild = book[book["tariff"] == "home time-of-use"].assign(tariff="mild")
level = 0.54 * use.sum() / (use * shape).sum()  # so that the homes' bills together stay
mild[["price_peak", "price_flat", "price_valley"]] = level * shape
near_cost = crm.tariff_change(now, pd.concat([book, mild]), "mild", sigma)
near_cost = near_cost.merge(customers[["customer", "segment", "hardship"]])
mild[["price_peak", "price_flat", "price_valley"]]

# %% [markdown] lang="en"
# Plants of different kinds shift differently, so that each kind gets the elasticity of its own kind in the lot, with its
# interval:

# %%
drawn = crm.peak_share_change(bills, start="2024-07-01").customers
drawn = drawn.merge(customers[["customer", "class", "segment", "tou_arm"]])
drawn = drawn[drawn["class"] == "industrial"].astype({"segment": "str"})
arms = {"treated": "trial time-of-use", "control": "trial control", "arm": "tou_arm"}
by_kind = crm.compare_arms(drawn, "change_ratio", **arms, by="segment").set_index("segment")
ends = {"difference": "elasticity", "high": "from", "low": "to"}
by_kind[list(ends.values())] = -by_kind[list(ends)] / np.log(0.82 / 0.24)
by_kind[["treated", "control", "elasticity", "from", "to"]]

# %% [markdown] lang="en"
# With these, the plants on the old price *(`moved`: million kWh out of the peak, with its interval; `margin`: the company's
# and `gain`: the plants', both in ¥ million; `lose`: how many plants would pay more)*:

# %%
old_price = in_2025[in_2025["tariff"] == "industry two-part"]
kind_of = old_price["segment"].astype(str)
paper = {}
for name in ["elasticity", "from", "to"]:
    shifting = old_price.assign(sigma=kind_of.map(by_kind[name].clip(lower=0)))
    one = crm.tariff_change(shifting, power.tariffs, "industry time-of-use", "sigma")
    one["moved"] = (one["peak_before"] - one["peak_after"]) / 1e6
    paper[name] = one.merge(customers[["customer", "segment"]]).astype({"segment": "str"})
works = paper["elasticity"]
at_plants = works.groupby("segment").agg(
    plants=("customer", "size"), moved=("moved", "sum"), margin=("margin_change", "sum"),
    gain=("gain", "sum"), lose=("gain", lambda gain: (gain < 0).sum()),
)
at_plants.insert(2, "from", paper["from"].groupby("segment")["moved"].sum())
at_plants.insert(3, "to", paper["to"].groupby("segment")["moved"].sum())
at_plants[["margin", "gain"]] /= 1e6
at_plants.loc["all", ["plants", "moved", "margin", "gain", "lose"]] = at_plants.sum()
at_plants = at_plants.astype({"plants": int, "lose": int})
at_plants.astype(object).fillna("")

# %%
lost = -works["gain"].clip(upper=0).sum() / 1e6
joint = works["gain"].sum() + works["margin_change"].sum()
print(f"plants that would pay more lose {lost:.2f} million yuan together")
print(f"plants and company together gain {joint:,.0f} yuan, {joint / len(works):,.0f} a plant")
hours = power.tariff_hours.set_index("hour")["period"].astype(str)
in_peak = test & (demand["time"].dt.hour.map(hours) == "peak")
in_area = 1000 * demand.loc[in_peak, "demand"].sum()
part = 100 * in_2025["kwh_peak"].sum() / in_area
print(f"of the area's use at peak: {part:.1f} % is ours,", end=" ")
print(f"{100e6 * works['moved'].sum() / in_area:.2f} % is what plants move")

# %%
winners = all_homes[all_homes["structural"] > 0]
plans = {"homes that gain unmoved": winners, "every home": all_homes,
         "every home, ratio 2": near_cost, "plants on the old price": works}
before_after = {name: one[["peak_before", "peak_after"]].sum() for name, one in plans.items()}
less = -pd.DataFrame(before_after).diff().iloc[1]
ways = pd.DataFrame({
    "customers": [len(one) for one in plans.values()],
    "margin": [one["margin_change"].sum() for one in plans.values()],
    "if unmoved": [-one["structural"].sum() for one in plans.values()],
    "their gain": [one["gain"].sum() for one in plans.values()],
    "homes' peak, %": -100 * less / all_homes["peak_before"].sum(),
    "company's peak, %": -100 * less / in_2025["kwh_peak"].sum(),
}, index=less.index)
ways.loc["plants on the old price", "homes' peak, %"] = 0
yuan = ways.columns[1:4]
ways.assign(**ways[yuan].map("{:,.0f}".format))

# %%
for name in ["every home", "every home, ratio 2"]:
    one = plans[name]
    owed, hard = -one["gain"].clip(upper=0), one["hardship"]
    for group, who in {"evening homes": one["segment"] == "evening home", "hardship": hard}.items():
        lost = [100 * (one.loc[who, "gain"] < -limit).mean() for limit in (0, 12)]
        print(f"{name}, {group}: {lost[0]:.0f} % lose, {lost[1]:.0f} % more than 12 yuan")
    print(f"  no loss for anybody costs {owed.sum():,.0f}, for hardship {owed[hard].sum():,.0f}")
    joint = one["gain"].sum() + one["margin_change"].sum()
    print(f"  homes and company together gain {joint:,.0f} yuan, {joint / len(one):.0f} a home")

# %% [markdown] lang="en"
# *(`margin`: change of the company's; `if unmoved`: the same if nobody moved anything; `their gain`: the customers'.)*
#
# **Homes.** If all 480 structural winners opt in, Delta Power loses ¥41,235 a year for 1.8 % of the tiered homes' use at
# peak, 0.03 % of its own. For every home: plus ¥4,432, 4.4 % and 0.08 %; evening homes pay. The 4.4 % stand on paper, with
# the use in all unchanged; in kWh the lot itself found 2.5 %.
#
# At a ratio of 2 the company loses ¥679, homes gain ¥10,265 and use 2.8 % less at peak (again on paper). As in *Explore*,
# hardly fewer lose *at all* (63 % of the evening homes instead of 64 %), but they lose less: 48 % of the evening homes
# lose more than ¥12 a year, instead of 55 %, and 41 % of those in hardship, instead of 51 %. To keep every home in hardship
# from paying more costs ¥1,701, at the full spread ¥2,853. To let *nobody* lose would cost ¥22,849, more than twice what
# homes and company gain together (¥9,586).
#
# **Whoever wants the peak down must talk to plants, but not to all alike.** Batch plants shift with an elasticity of 0.26
# (0.19 to 0.32, but from 19 plants with the prices and 9 without), two-shift plants with 0.10 (0.07 to 0.12), continuous
# plants with 0.01 (−0.01 to 0.03: none is shown). So the 225 plants on the old price would take 1.48 million kWh out of
# the peak, 2.55 % of the company's. **Two thirds of the shift comes from 63 batch plants, for ¥0.39 million** of margin (0.98
# million kWh; 0.72 to 1.24). The 67 continuous plants take ¥1.57 million and move almost nothing: structural winners
# again. Begin with batch plants.
#
# **And who loses?** 89 of the 225 plants would pay more, together ¥1.06 million; 68 of them are two-shift plants, of 95.
# They may leave. By the yardstick of the homes, plants and company together gain ¥539,492 a year (¥2,398 a plant). But
# the company pays for it: ¥1.29 million of margin, of which ¥0.90 million would go even if no plant moved.
#
# Ms Chen tells the board: **not by free choice, and not for every home at this spread.** The first pays homes for what
# they do already, the second is a transfer from evening homes. If homes are to have prices by the hour, then
#
# - with a **spread near cost** (70, 50 and 35 fen); 63 % of the evening homes still pay more, though not as much more
# - with hardship protected (¥1,701 on top of the ¥679: −¥2,380 a year)
# - in districts **drawn by lot**, so that next year's figure is again a finding
# - where the meters are there. Our data have the use of every home by period; a company without such meters must buy them
#   for less than homes and company gain together, ¥8 a home and year.
#
# For the peak, a trial that pays **batch plants for the kWh they move**, against their own past, again by lot: that they
# shift is known, what a moved kWh must be paid is not. Who does not move is not paid, and nobody's price rises.
#
# The five papers, each with what it costs or brings:
#
# - **Finance:** text homes. Call most of commerce and text some by lot: the call *probably* pays (¥3 to ¥37 for ¥8).
#   Industry has 82 % of the money (¥779,441 of ¥945,260); there nothing is known yet: draw lots. Help homes early for
#   their own sake, not for the money (129 of the 199 debtors, ¥33,316).
# - **Service:** end the bonus on codes and keep the phones. Train the other 20 agents if that costs less than ¥1,024 a
#   year, or if sparing customers 128 repeats is worth more to Delta Power than ¥1,024. The head of the centre must name
#   the price.
# - **Purchasing:** buy by weather and calendar, up to about ¥1 million a year (prices assumed, temperature measured, our
#   own load taken to err like the area's).
# - **Sales:** nobody knows whether a visit keeps a plant. Visit half of the large users, **drawn by lot**, before a
#   rival does, and count who stays. Each brings ¥95,195 a year: if a visit costs ¥1,000 (assumed), it must keep one in
#   95 for a year.
# - **The article:** a tier cannot see the hour. A dear tier does not move the peak; a price by the hour does.

# %% [markdown] lang="en"
# ## Where it breaks
#
# - **Eighteen months of trial are short.** Habits fade or grow; a new price may also make people buy other machines.
# - **Homes only move load in our calculation.** Real prices may also change how much is used in all; in the lot they did
#   not lower it.
# - **The grid costs the same per kWh at all hours here.** A lower peak saves wires that our table does not see.
# - **"Peak" means kWh in eight hours of the tariff, not the highest hour.** And our customers have 2.4 % of the area's use
#   at peak; what plants would move is 0.06 % of it. Power stations and wires are built for the rest, too.
# - **Letters, hotlines and new meters are missing.** At the full spread homes and company gain ¥17,560 a year together,
#   ¥15 a home; at a ratio of 2 ¥8. All that must cost less, or together they lose.
# - **Small arms.** The batch plants' elasticity comes from 28 plants; and a plant that may leave may react otherwise.
# - **"Everyone shifts as in the trial"** is an assumption: those who never volunteer may shift less, once forced.
# - **Disputed:** prices by the hour are called fair (cost follows cause) and unfair (evening homes cannot choose when the
#   children eat). The data name the losers; they do not say what is owed to them.
# - **The chain is an average.** Prices between companies are negotiated, and change.
# - **The opening** came with rivals' offers and new attention for the company; their effects cannot be told apart here.

# %% [markdown] lang="en"
# ## How close did we get?
#
# The company is simulated. What did the simulation put in?

# %%
truth = power.truth
true_cut = 100 * np.expm1(truth["tou.shift.residential"])
gained = truth["tou.gain_structural"] + truth["tou.gain_shift"]
by_shifting = 100 * truth["tou.gain_shift"] / gained
print(f"cut at peak:       you said {guess_cut} %, the truth is {-true_cut:.1f} %")
print(f"of ¥100 by shifting: you said {guess_shifting}, the truth is {by_shifting:.0f}")

# %%
title = "The lot holds the truth, the volunteers do not"
ax = crm.show.plot_estimates(found[:2], title=title, x=x, truth=true_cut)

# %%
latent = all_homes.merge(truth.tables["customers"][["customer", "substitution"]])
best = latent["gain"] >= latent["gain"].quantile(0.75)
points = {
    "training": (training, "fcr.training_effect"),
    "call or text": (call.mul(100), "arrears.call_effect"),
    "switching, industry": (100 * effect.loc[["industrial"]], "switch.rate.industrial"),
    "switching, commerce": (100 * effect.loc[["commercial"]], "switch.rate.commercial"),
}
said = 100 * all_years.loc[0, ["audited", "low", "high"]].astype(float)
rows = {"resolved at once": [*said, 100 * truth["fcr.true"]]}
for name, (table, true) in points.items():
    column = "effect" if "effect" in table else "difference"
    rows[name] = [*table[[column, "low", "high"]].iloc[0], 100 * truth[true]]
pd.DataFrame(rows, index=["found", "low", "high", "truth"]).T

# %%
print(f"elasticity: found {sigma:.3f}, truth {truth['tou.elasticity.residential']:.3f}")
quarter, everybody = latent.loc[best, "substitution"].mean(), latent["substitution"].mean()
print(f"true elasticity of the best quarter {quarter:.3f}, of all {everybody:.3f}")
real = works.merge(truth.tables["customers"][["customer", "substitution"]])
real = real.groupby("segment")["substitution"].mean()
by_kind[["elasticity", "from", "to"]].assign(truth=real)

# %% [markdown] lang="en"
# **Who gains most from opting in? Those who shift less.** Of ¥100 saved by the volunteers ¥16 come from shifting (we
# had ¥22). The quarter of homes that would gain most has an elasticity of 0.065, all homes 0.094: on average they move
# less. All intervals in the tables hold the truth, those of the plants' elasticities, too (0.26, 0.10 and 0.01; the truth
# is 0.27, 0.10 and 0.02); what agents coded (89 %) and what volunteers show are far outside. And the
# simulation moves load between hours and leaves its sum alone: the +1.8 % of use in all was chance.

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("13")

# %% [markdown] lang="en"
# Then try these:
#
# 1. A home uses 390 kWh, 200 of them at peak. It moves 50 kWh to the valley. By how much does its bill fall under *home
#    tiered* and under *home time-of-use*?
# 2. Modify: what would the volunteers' `gain` be with an elasticity of 0? What does it tell?
# 3. Make: does industry shift? *(Start from `crm.peak_share_change(bills, "2024-07-01")` and `by="class"`.)*
#
# <details><summary>Answers</summary>
#
# 1. By ¥0 and by 50 × (0.78 − 0.22) = ¥28: the tiers do not see the hour.
# 2. ¥101: what is left is structural. Most of the gain needs no shifting at all.
# 3. Yes: the share at peak falls by 5.3 % in industry and by 4.3 % in homes; for commerce the interval holds 0.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - A tier looks at the month's volume, a time-of-use price at the hour. Never mix them up.
# - Volunteers differ before they begin. Only the lot says what a price does.
# - What a home gains without shifting, the company or another home pays. Name winners *and* losers before the launch.
# - A percentage needs its base: 4.4 % of some homes' use at peak is 0.08 % of the company's, and on paper only; in kWh the
#   lot found 2.5 %.
# - A mean over all plants hides who moves: two thirds of the shift come from batch plants.
# - Judge a score, a forecast and a metric against something simpler, and in money.
# - A number that pays is a number that is gamed. Audit by lot.
# - What customers say without a choice does not measure loyalty: the opened market shows it.
#
# | term | 中文 | meaning |
# |---|---|---|
# | tiered price | 阶梯电价 | price that rises with the month's volume |
# | time-of-use price | 分时电价 | price that depends on the hour |
# | load shifting | 错峰 | moving use out of the busiest hours |
# | load factor | 负荷率 | share of the contracted power that is used on average |
# | elasticity of substitution | 替代弹性 | how far the ratio of two uses follows the ratio of their prices |
# | opt in | 自愿加入 | taking part only if one asks to |
# | structural winner | 结构性受益者 | gains from a new price without changing anything |
# | self-selection | 自我选择 | who takes part decides so himself |
# | AUC | 曲线下面积 | chance that a score ranks a case above a non-case |
# | difference in differences | 双重差分 | change of one group less the change of a group that was not touched |
# | ageing | 账龄 | debts by how long they are overdue |
# | first-contact resolution | 首次解决率 | share of contacts settled at once |
# | seasonal naive | 季节性朴素预测 | forecast by the same time in the last season |
# | monopoly loyalty | 垄断忠诚 | staying for lack of a choice |
#
# **References.** Campbell, D. T. (1979). Assessing the impact of planned social change. *Evaluation and Program
# Planning*, 2(1), 67-90. · DeLong, E. R., DeLong, D. M., & Clarke-Pearson, D. L. (1988). Comparing the areas under two or
# more correlated receiver operating characteristic curves. *Biometrics*, 44, 837-845. · Faruqui, A., & Sergici, S.
# (2010). Household response to dynamic pricing of electricity. *Journal of Regulatory Economics*, 38, 193-225. *(What of
# each work was read: [bibliography](93_bibliography.ipynb).)*
#
# **The article** is the third paper of a collection, 客戶營銷論文范文 (sample papers on customer marketing, 2023). Its six
# strategies are online service, the assessment of staff, their skill, the balance of generator, supplier and user,
# prices for the peak, and the forecast of demand. No author is named there, only an employer, a power supply bureau in
# Zhongshan.
#
# **Exercise:** [13](exercises/13_utility_case.ipynb), with a power company of your own. **Next:** 14, building and
# governing CRM.
