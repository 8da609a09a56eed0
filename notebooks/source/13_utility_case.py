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
# *About 150 minutes, in three parts of 50. Before it: [00 Welcome](00_welcome.ipynb); [09 Retention and
# churn](09_retention.ipynb) helps.*
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
# plants and wires.
#
# In July 2024 Delta Power therefore started **time-of-use prices**: dear at peak, cheap at night. A part of the customers
# was drawn **by lot**, and half of them got the new prices. The others could **opt in** by themselves, and 102 homes
# did.
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
# *code* as resolved at once, and the share rose to 93 %. Yet people call again. An article on Ms Chen's desk warns that an
# unreasonable way of judging staff puts great pressure on the front line. It recommends online service, a
# better assessment, and more skill.
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
# - by how many percent do time-of-use prices cut a home's use at peak?
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
# service). The **load factor** says how evenly a customer uses his contracted power: 1 would be day and night.
# *(Descriptive.)*

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
classes

# %% [markdown] lang="en"
# In 2025 the 312 plants used 88 % of the power and brought 88 % of the margin. The 1,606 homes used 2 % and brought −1 %.
# Homes use 39 % of their power at peak hours, commerce 47 %, industry 36 %. Industry takes 41 % of what its contracted
# power would allow, commerce 19 %, homes 4 %.
#
# ### Large users
#
# The source wants large users to be treated as *partners*. **Large**: an industrial customer with 100 kW or more.

# %%
large = crm.load_segments(in_2025, "large_user").set_index("large_user")[columns]
plants = in_2025[in_2025["class"] == "industrial"]
kinds = crm.load_segments(plants, "segment").set_index("segment")
print(f"large users: {100 * large.loc[True, 'margin_share']:.0f} % of the margin")
kinds[[*columns[:4], "margin_each"]]

# %% [markdown] lang="en"
# 125 large users bring 67 % of the margin. But size alone is no segment. *Continuous* plants use 32 % at peak,
# *two-shift* plants 43 %, *batch* plants, which can choose their hours, 38 %. The load tells which partner wants what:
# an even load wants a low price, a batch plant can be paid to move.

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
# Homes peak at 19 o'clock, at 1.6 times their mean hour. Commerce peaks at 11, industry at 10. Marketing that only sells *more* would
# add to the dearest hours. So a price can aim at two things, and each has its own tool:
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
# with $k_p$ the kWh in period $p$ (peak, flat, valley), $c_p$ the period's price (¥ per kWh), $K$ the kWh of the month, $t_1,
# t_2$ the ends of tiers 1 and 2 (kWh), $s_2, s_3$ the surcharges (¥ per kWh), $g$ the price of a kW of contracted power and $W$
# that power; $(x)^+$ is $x$ or, below 0, nothing. The rules are **data**, not code:

# %%
rules = power.tariffs.set_index("tariff")
shown = ["price_peak", "price_flat", "price_valley", "tier1_kwh", "tier2_kwh"]
rules[[*shown, "surcharge_tier2", "surcharge_tier3"]]

# %% [markdown] lang="en"
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
# ¥280, ¥307, ¥295 and ¥332. Now move 100 kWh from peak to valley: the energy gets ¥56 cheaper, the surcharge stays, since
# the month is as large as before. **The source mixes the two up**: it would charge "the higher tier" at peak. A tier
# does not know the hour, and a time-of-use price does not know the month.

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
# changes under the first two tariffs, ¥56 under the third. And every one of the 54,825 bills of homes comes out to the fen.

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
# The bend at 400 kWh comes from the tiers, for everybody. The distance between the two time-of-use lines comes from
# the hours: the same 600 kWh cost the evening home ¥101 more than the night home.

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
x = "use at peak against the comparison group (%)"
title = "The volunteers used less at peak before they began"
ax = crm.show.plot_estimates(found, title=title, x=x)

# %%
found[["who", "treated", "control", "difference", "low", "high"]]

# %% [markdown] lang="en"
# *(The figures compare logarithms of shares; the table has them back in percent.)*
#
# **By lot: −4.3 %** (−4.7 to −3.8). *(Causal: 250 homes with and 268 without, alike in all but the draw.)* That is near what
# field experiments report: three to six percent (Faruqui & Sergici 2010).
#
# The slide's −24 % is right, and says nothing: the volunteers were at −21 % *before* any price by the hour. What
# changed after it is −3.6 %, no more than in the lot. They **chose** (*self-selection*). Whoever uses little at peak
# anyway signs up, and is paid for what he does already: a **structural winner**.

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
# A volunteer gains ¥129 a year: ¥101 without moving anything and ¥28 by shifting. **Delta Power loses ¥112** on each. The
# consultant's "everybody wins" is a transfer, from the company to those who need not change.

# %% [markdown] lang="en"
# ## Winners and losers
#
# And if *every* home on the tiered tariff got the new prices (the tiers stay)? *(Calculated: true if all shift as those in
# the lot did.)* A win or a loss counts from ¥12 a year.

# %%
now = in_2025[in_2025["tariff"] == "home tiered"]
all_homes = crm.tariff_change(now, power.tariffs, "home time-of-use", sigma)
all_homes = all_homes.merge(customers[["customer", "segment", "hardship"]])
segments = crm.winners_losers(all_homes, "segment", worth=12)
segments[["segment", "customers", "gain", "structural", "shifting", "win", "lose"]]

# %%
ax = crm.show.plot_winners(segments, "segment")

# %%
print(f"margin: {all_homes['margin_change'].sum():+,.0f} yuan a year")
cut = all_homes["peak_after"].sum() / all_homes["peak_before"].sum() - 1
print(f"peak:   {100 * cut:+.1f} %")
poor = crm.winners_losers(all_homes, "hardship", worth=12)
poor[["hardship", "customers", "gain", "win", "lose"]]

# %% [markdown] lang="en"
# With everybody in, the company gains ¥4,432 a year instead of losing, and the peak falls by 4.4 %. But 55 % of the
# **evening homes** lose: people who work by day and cook at seven. Of the 96 homes in hardship 51 % lose. A mean gain of
# ¥11 hides both.

# %% [markdown] lang="en"
# ### Explore: the tariff
#
# Another tariff, built so that the bills of all homes together stay as they are while nobody moves anything (your use, the
# tiers aside).
#
# - Start: peak price four times the valley's, nobody moves. Who gains, who loses?
# - Only homes that gain without moving take part. Read the company's margin.
# - Everybody takes part, and moves 10 % of the peak. Then 20 %.
# - Now the ratio: 2, then 6. What does it do to the losers?
#
# *(Reading without running it? The figure above shows one such tariff.)*

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
# - The ratio hardly changes *how many* lose (28 % at 2 and at 6), but how much.

# %% [markdown] lang="en"
# # Part 2 · Debts and service
#
# ## Arrears and the risk of a debt
#
# **Ageing** sorts what is owed by how long it has been overdue. On 31 December 2025:

# %%
ageing = crm.arrears_ageing(power.bills, "2025-12-31")
overdue = ageing[ageing["age"] != "not yet due"]
overdue[["age", "bills", "customers", "owed"]]

# %% [markdown] lang="en"
# ¥2.1 million is overdue, ¥1.2 million of it for over 90 days, by 95 customers. That is the past. Who is *next*? Take those
# without debt on 1 June and ask who has a bill more than 30 days late within six months. Learn in 2024, judge in 2025, and
# use only what was known that day.


# %%
def facts_on(day):
    facts = crm.debt_frame(power.bills, day).merge(customers[["customer", "payment_channel"]])
    return facts.assign(no_autopay=facts["payment_channel"].astype(str) != "autopay")


then, today = facts_on("2024-06-01"), facts_on("2025-06-01")
score = crm.debt_score(then, ["late_bills", "overdue", "no_autopay"])
score.table[["feature", "odds_ratio"]]

# %% [markdown] lang="en"
# Two rules need no model: *late before* (number of late bills in twelve months) and finance's *largest bills*. Does the
# score know more? The **AUC** is the chance that a future debtor has the higher score than another customer; 0.5 is a
# coin. The list: the 10 % with the highest score.

# %%
today["score"] = score.risk(today)
judged = crm.compare_scores(today, ["late_bills", "score", "bill"], value="at_stake")
judged[["score", "auc", "ahead", "ahead_low", "ahead_high", "caught", "money_caught"]]

# %% [markdown] lang="en"
# The score beats the rule, 0.65 to 0.60 (ahead by 0.05, interval 0.02 to 0.08): its tenth holds 26 % of the 199 debtors, the
# rule's 16 %. Weak signs, but honest ones. And finance? The largest bills are *no* sign of a debt (AUC 0.46), yet that list
# holds 83 % of the **money**. Two questions, two lists: who needs help early, and where the money is. *(Predictive.)*
#
# ### Collection: a call or a text message?
#
# The first reminder of a debt was drawn by lot. Share paid within 70 days, without a plan:

# %%
cases = power.arrears[power.arrears["opened"] <= "2025-09-30"]
quick = (cases["closed"] - cases["opened"]).dt.days <= 70
paid = (quick & cases["plan_from"].isna() & (cases["outcome"] == "paid")).astype(float)
reminded = cases.assign(paid=paid, arm=cases["first_step"].astype(str))
call = crm.compare_arms(reminded, "paid", "call", "text message")
100 * call[["treated_mean", "control_mean", "difference", "low", "high"]]

# %% [markdown] lang="en"
# 52 % of those called pay in time, 39 % of those texted: 13 points more (8 to 19). *(Causal.)*

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
# A contact costs ¥8.00 by phone and ¥0.20 in the app; counted per contact that needs no repeat, ¥10.97 and ¥0.23. But look at
# the total: *all* phone calls of three years cost ¥48,624. Moving every one of them would save less than half of
# what one large user brings in a year. *(And the app's fewer repeats are no proof: who uses it, and for what, differs.)*
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
# 76 % of their contacts. Close the phones, and three in four of the oldest have no way in. Cost per contact
# is not the whole price.

# %% [markdown] lang="en"
# ## Judging staff: a metric, and how it is gamed
#
# **First-contact resolution**: the share of contacts that settle the matter at once. Agents code it; since January 2024 a bonus
# hangs on the code. An audit asks customers, drawn by lot.

# %%
contacts["period"] = np.where(contacts["time"] < "2024-01-01", "before the bonus", "with it")
all_years = crm.resolution_rates(contacts, power.audits)
rates = crm.resolution_rates(contacts, power.audits, by="period")
table = pd.concat([all_years.assign(period="all years"), rates]).set_index("period")
100 * table[["coded", "audited", "low", "high", "no_repeat"]]

# %%
ax = crm.show.plot_codes(rates, "period")

# %% [markdown] lang="en"
# Over all three years agents coded 89 %, customers say 72 %. The bonus lifted the *code* from 81 to 93 %. What customers say went
# from 75 to 71 %, within its error; and the share who do **not** call again within a week stayed at 72 and 74 %.
# **Nothing improved but the number.** Campbell (1979) put it in general: the more a number decides, the more it is
# corrupted, and the thing measured with it.
#
# A better metric: an audited sample, plus "did not come back in seven days", counted by a machine. How would staff game *that*?
# Ask the customer to call next week; log the repeat under another reason; leave hard cases to colleagues. So draw
# the audit by lot, and do not hang pay on one number.

# %% [markdown] lang="en"
# ## Staff skill → resolution → satisfaction
#
# Agents took a skill test in January 2023. Contacts go to whoever is free, so that all get the same mix.

# %%
early = contacts[contacts["time"] < "2025-01-01"]
agents = crm.agent_results(early, power.agents)
line = crm.weighted_slope(agents, "skill_test", "no_repeat", "contacts")
1000 * line[["slope", "low", "high"]]

# %% [markdown] lang="en"
# Ten points more in the test go with 7.9 points more contacts without a repeat (6.0 to 9.9). Is it the skill? In January 2025
# half of the agents, **drawn by lot**, were trained:

# %%
later = crm.agent_results(contacts[contacts["time"] >= "2025-01-01"], power.agents)
agents["gained"] = 100 * (later["no_repeat"] - agents["no_repeat"])
agents["arm"] = np.where(agents["trained"].notna(), "trained", "not trained")
training = crm.compare_arms(agents, "gained", "trained", "not trained")
training[["treated", "control", "difference", "low", "high"]]

# %% [markdown] lang="en"
# The training adds 9.8 points (6.2 to 13.4). *(Causal.)* And satisfaction? Compare homes and firms by what happened to them from
# January to June, before the survey:

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

# %% [markdown] lang="en"
# 73.1 points without a contact, 72.7 with contacts that were settled, 68.3 where a call had to be repeated. A contact as such does no
# harm; an unsettled one goes with 4 points less. *(Descriptive: the lot tested training → resolution, nothing
# tested resolution → satisfaction.)*

# %% [markdown] lang="en"
# # Part 3 · The market
#
# ## Forecasting demand
#
# First the plainest rule (*seasonal naive*): each hour as in the same hour a week ago. Then a regression, one line
# per hour of the day, on degrees above 24 and below 10, weekend, holiday and trend. It learns until the end of 2024; 2025
# is the test. Say that power missing costs ¥300 more per MWh, and power left over loses ¥100 (assumed).

# %%
demand = power.system_demand
test = demand["time"] >= "2025-01-01"
last_week = crm.seasonal_naive(demand)
model = crm.weather_calendar(demand, power.weather, train_until="2025-01-01")
forecasts = {"last week": last_week[test], "model": model[test]}
forecasts["model + 10 MW"] = model[test] + 10
errors = crm.forecast_errors(demand.loc[test, "demand"], forecasts, short=300, long=100)
errors.assign(mape=100 * errors["mape"], cost=errors["cost"] / 1e6)

# %%
week = demand["time"].between("2025-09-29", "2025-10-05 23:00")
shown = pd.DataFrame({"demand": demand["demand"], "last week": last_week, "model": model})
shown = shown[week].set_index(demand.loc[week, "time"])
ax = crm.show.plot_forecast(shown)

# %% [markdown] lang="en"
# *(`mae`: mean error in MW; `mape`: in %; `bias`: forecast − demand in MW; `cost`: ¥ million. For the whole supply area.)*
#
# Last week errs by 4.9 %, the model by 1.8 %. The error costs
# ¥56.2 million and ¥17.4 million. Not art: weather and a calendar. On holidays last week is far off, the model is not.
#
# And the model made *worse*, by 10 MW more everywhere, errs by 16.8 instead of 11.9 MW, and is the cheaper one: ¥17.1
# million. To be short is three times as dear as to be long. (The model was given the day's measured
# temperature; a real one has only a forecast of it.)

# %% [markdown] lang="en"
# ## From the generator to the customer: the margin chain
#
# "Balance generator, supplier and user", says the source. Who gets what of a kWh?

# %%
chain = crm.kwh_chain(in_2025, power.price_chain)
ax = crm.show.plot_price_chain(chain)

# %%
parts = ["class", "fuel", "generator's margin", "grid", "supplier's margin", "price"]
100 * chain.set_index("class")[parts[1:]]

# %% [markdown] lang="en"
# In fen (¥0.01) per kWh: commerce pays 79.9 and leaves the supplier 15.5; industry 64.4 and 11.4; homes 55.2, and they cost 3.9 more
# than that. Generators keep 16 to 20 over their fuel in every class. Business pays for the homes: a policy, as long as business
# **must** buy here.

# %% [markdown] lang="en"
# ## The market opens: monopoly loyalty revealed
#
# Follow customers from quarter to quarter. Homes never may choose: they are the control group.

# %%
panel = crm.exit_panel(customers, "2023-01-01", "2026-01-01")
opened = {"industrial": "2024-01-01", "commercial": "2024-10-01"}
ax = crm.show.plot_opening(panel, opened)

# %%
effect = crm.opening_effect(panel, opened, control="residential").set_index("class")
100 * effect

# %% [markdown] lang="en"
# *(In % a year.)* Of industry 1.6 % a year left before it could choose, 16.1 % after. Homes changed by 0.6 points in the same
# time, so the opening did **13.9 points** (10.2 to 17.6). For commerce it is 16.0 (12.5 to 19.5). This is a **difference in
# differences**. *(Causal if, without the opening, the classes would have changed alike. It was staggered: the jump comes in
# each class with its own date.)*
#
# What had they said? Intention to stay, 1 to 7, by class and survey:

# %%
asked = power.survey.merge(customers[["customer", "class"]])
asked["said"] = asked["int1"] * asked["weight"]
sums = asked.groupby(["class", "wave"], observed=True)[["said", "weight"]].sum()
(sums["said"] / sums["weight"]).unstack()

# %%
free = power.survey[power.survey["choice_available"]]
reasons = 100 * free["stay_reason"].value_counts(normalize=True)
reasons[reasons > 0]

# %% [markdown] lang="en"
# Industry's intention fell from 6.3 to 4.9 as soon as there was a choice; the homes' stays at 6.1 to 6.2. Of those with a choice
# who stay, 54 % name habit or convenience, 17 % value. Loyalty without a choice was never loyalty; lesson 08 calls it *monopoly
# loyalty*. And to whom do they go?

# %%
100 * power.switches["rival"].value_counts(normalize=True)

# %% [markdown] lang="en"
# Six kinds of seller share them, so that no single rival is "the" competitor.

# %% [markdown] lang="en"
# ## The decision on Friday
#
# Two ways to bring prices by the hour to the homes, and what a promise to the losers would cost. Per year, on paper:

# %%
losses = -all_homes["gain"].clip(upper=0)
winners = all_homes[all_homes["structural"] > 0]
ways = pd.DataFrame({
    "margin": [winners["margin_change"].sum(), all_homes["margin_change"].sum()],
    "peak, %": [100 * (part["peak_after"] - part["peak_before"]).sum()
                / all_homes["peak_before"].sum() for part in (winners, all_homes)],
}, index=["all who gain unmoved opt in", "every home"])  # fmt: skip
print(f"no home pays more: {losses.sum():,.0f} yuan a year")
print(f"no home in hardship: {losses[all_homes['hardship']].sum():,.0f} yuan a year")
ways

# %% [markdown] lang="en"
# If all 480 structural winners opt in, Delta Power loses ¥41,235 a year for 1.8 % less at peak. For every home: plus
# ¥4,432, and 4.4 %. A promise that no home pays more would cost ¥37,784; for homes in hardship alone ¥2,853.
#
# Ms Chen tells the board: **not by free choice.** Prices by the hour as the standard for homes, hardship protected (net +¥1,579 a
# year), district by district **in an order drawn by lot**, so that next year's figure is again a finding. And the real money is elsewhere:
# plants use 88 % of the power and may leave.
#
# The five papers: call debtors rather than text them, and score the small ones early; end the bonus on codes, train the other half of
# the agents; buy by weather and calendar; keep the phones; visit the large users before a rival does.

# %% [markdown] lang="en"
# ## Where it breaks
#
# - **A year of trial is short.** Habits fade or grow; a new price may also make people buy other machines.
# - **Homes only move load here.** Real prices also change how much is used in all.
# - **The margin counts wholesale prices**, no wires. A lower peak saves grid that our table does not see.
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
rows = {"resolved at once": [100 * all_years.loc[0, "audited"], 100 * truth["fcr.true"]]}
for name, (table, true) in points.items():
    column = "effect" if "effect" in table else "difference"
    rows[name] = [table[column].iloc[0], 100 * truth[true]]
pd.DataFrame(rows, index=["found", "truth"]).T

# %%
print(f"elasticity: found {sigma:.3f}, truth {truth['tou.elasticity.residential']:.3f}")
quarter, everybody = latent.loc[best, "substitution"].mean(), latent["substitution"].mean()
print(f"true elasticity of the best quarter {quarter:.3f}, of all {everybody:.3f}")

# %% [markdown] lang="en"
# **Who gains most from opting in? Those who shift nothing.** Of ¥100 saved by the volunteers ¥16 come from shifting (we had
# ¥22). The quarter of homes that would gain most has an elasticity of 0.065, all homes 0.094: winners have little to move. All
# estimates by lot hold the truth in their intervals; codes and volunteers do not.

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("13")

# %% [markdown] lang="en"
# Then try these:
#
# 1. A home uses 390 kWh, 200 of them at peak. It moves 50 kWh to the valley. By how much does its bill fall under *home tiered* and under
#    *home time-of-use*?
# 2. Modify: what would the volunteers' `gain` be with an elasticity of 0? What does it tell?
# 3. Make: does industry shift? *(Start from `crm.peak_share_change(bills, "2024-07-01")` and `by="class"`.)*
#
# <details><summary>Answers</summary>
#
# 1. By ¥0 and by 50 × (0.78 − 0.22) = ¥28: the tiers do not see the hour.
# 2. ¥101: what is left is structural. Most of the gain needs no shifting at all.
# 3. Yes: plants by −5.3 % of their share at peak, homes by −4.3 %, and for commerce the interval holds 0.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - A tier looks at the month's volume, a time-of-use price at the hour. Never mix them up.
# - Volunteers differ before they begin. Only the lot says what a price does.
# - A gain without shifting is a transfer. Name winners *and* losers before the launch.
# - Judge a score, a forecast and a metric against something simpler, and in money.
# - A number that pays is a number that is gamed. Audit by lot.
# - Loyalty without a choice is not loyalty: the opened market shows it.
#
# | term | 中文 | meaning |
# |---|---|---|
# | tiered price | 阶梯电价 | price that rises with the month's volume |
# | time-of-use price | 分时电价 | price that depends on the hour |
# | load shifting | 错峰 | moving use out of the busiest hours |
# | structural winner | 结构性受益者 | gains from a new price without changing anything |
# | self-selection | 自我选择 | who takes part decides so himself |
# | ageing | 账龄 | debts by how long they are overdue |
# | first-contact resolution | 首次解决率 | share of contacts settled at once |
# | seasonal naive | 季节性朴素预测 | forecast by the same time in the last season |
# | monopoly loyalty | 垄断忠诚 | staying for lack of a choice |
#
# **References.** Campbell, D. T. (1979). Assessing the impact of planned social change. *Evaluation and Program
# Planning*, 2(1). · DeLong, E. R., DeLong, D. M., & Clarke-Pearson, D. L. (1988). Comparing the areas under two or
# more correlated receiver operating characteristic curves. *Biometrics*, 44, 837-845. · Faruqui, A., & Sergici, S.
# (2010). Household response to dynamic pricing of electricity. *Journal of Regulatory Economics*, 38, 193-225. *(Of
# Faruqui and Sergici the abstract was read; the others are cited from memory.)*
#
# **Exercise:** [13](exercises/13_utility_case.ipynb), with a power company of your own. **Next:** 14, building and governing CRM.
