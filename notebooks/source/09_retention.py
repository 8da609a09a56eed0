# ---
# jupyter:
#   crm:
#     concepts: [E1, E6a, E6b, E6c, E6d, E6f, A22, C7]
#     minutes: 110
#     title: Retention and churn
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 09 · Retention and churn
#
# **Customers are leaving. Whom do we call?**
#
# *About 110 minutes. Before it: [00 Welcome](00_welcome.ipynb), [02 The customer
# pyramid](02_customer_pyramid.ipynb).*
#
# After this lesson you can
#
# - **compute** five retention rates of one base, and **choose** the one that answers the question
# - **draw** how long customers stay, although the records begin in the middle
# - **predict** who leaves from what was known in time, and **catch** a leak
# - **measure** what a call changes, by an experiment, and what one *saved* customer costs
# - **rank** a call list by value × uplift, and **defend** it against the list by risk

# %% [markdown] lang="en"
# ## The case
#
# Mr Lin runs the call centre of **Harbour Bank**. Each year about one customer in eight leaves. A vendor offers him a
# model that finds the customers who are most likely to leave; his people would call the riskiest tenth of the list,
# 673 customers, at ¥60 a call.
#
# "Everybody knows that keeping a customer costs a fifth of winning one", says the vendor. Mr Lin must sign by Friday.

# %% [markdown] lang="en"
# ## Predict first
#
# Write two guesses:
#
# - of **100 calls** to customers in the riskiest tenth, how many customers stay *because* of the call?
# - what does **one customer saved** cost, in yuan, if a call costs ¥60?

# %%
guess_saved = 15
guess_cost = 400

# %% [markdown] lang="en"
# ## How many stay? That depends on what you count
#
# A **retention rate** compares what is left with what was there at the start. The textbook behind this lesson lists
# customers, contracts and products, and warns that they can hide a slow retreat: watch sales and share of wallet,
# too. One base $B$ of customers, five rates:
#
# $$ R_x = \frac{\sum_{i \in B} x_i(\text{end})}{\sum_{i \in B} x_i(\text{start})} $$
#
# with $x_i$ = 1 while customer $i$ is there (customers), the number of contracts open at the start and still open
# (contracts), products held (products), revenue of the last month in yuan (revenue), or share of wallet, 0 to 1. The
# rates have no unit. *(Descriptive.)*

# %%
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
bank = crm.load_bank()
by_fate = ["death", "moved abroad", "closed by bank"]  # not the customer's choice
own = bank.customers["left"].notna() & ~bank.customers["exit_reason"].isin(by_fate)
customers = bank.customers.assign(own=own)

# %%
tables = [customers, bank.holdings, bank.months, bank.wallets]
taken = crm.retention_base(*tables, start="2024-01-01", end="2025-01-01")
taken.table

# %% [markdown] lang="en"
# 13,477 customers were there on 1 January 2024; 11,776 of them a year later.

# %% [markdown] lang="en"
# ### By hand, on eight customers

# %%
eight = taken.customers.iloc[40:48].set_index("customer")
columns = ["contracts_before", "contracts_after", "revenue_before", "revenue_after"]
eight[["kept", *columns, "share_before", "share_after"]]

# %%
print("customers:", eight["kept"].sum() / 8)
for x in ["contracts", "revenue", "share"]:
    rate = eight[f"{x}_after"].sum() / eight[f"{x}_before"].sum()
    print(f"{x}: {rate:.2f}")

# %% [markdown] lang="en"
# Six of eight customers stayed (75 %), with 12 of 17 contracts (71 %), 71 % of the revenue and 82 % of the share of
# wallet. Same eight people, same year.

# %% [markdown] lang="en"
# ### The whole bank, with crmlib

# %%
rates = crm.retention_rates(taken.customers)
100 * rates.set_index("measure")[["rate", "rate_of_kept", "without_growth"]]

# %%
ax = crm.show.plot_retention_rates(rates)

# %% [markdown] lang="en"
# In %: the bank kept 87.4 % of its customers, 85.8 % of the contracts and **101.0 %** of the revenue. Nobody lied.
# Those who stayed brought 12.3 % more, and that hides those who left. Count each customer only up to what he brought
# before, and 76.3 % is left (`without_growth`: a lowest value, for every chance dip of a month counts as a loss, and no
# rise makes up for it). Of the share of wallet 87.2 % is left. Those who stayed kept theirs, 99.98 %.
#
# Which one is right? To plan staff, customers. For a share price, revenue. For early warning the textbook wants share
# of wallet, expecting it to fall before a customer goes. In this year's table it does not fall among those who stayed.

# %% [markdown] lang="en"
# ### Who is in the base?
#
# Another year, 2025, and four groups of customers. Before you run it: among the **best fifth by revenue** few leave. Will
# their revenue hold better than everybody's, or worse? *(Lesson 02 has the name for it.)*

# %%
bases = {}
for year in (2024, 2025):
    found = crm.retention_base(*tables, start=f"{year}-01-01", end=f"{year + 1}-01-01")
    base = found.customers.merge(customers[["customer", "joined", "kind"]])
    best = base["revenue_before"] >= base["revenue_before"].quantile(0.8)
    groups = {"all customers": base, "best fifth by revenue": base[best]}
    groups["joined in the last two years"] = base[base["joined"] >= f"{year - 2}-01-01"]
    groups["small businesses"] = base[base["kind"] == "small business"]
    for who, group in groups.items():
        bases.setdefault(who, {})[str(year)] = group

# %%
in_2025 = {who: crm.retention_rates(years["2025"])["rate"] for who, years in bases.items()}
100 * pd.DataFrame(in_2025).set_index(rates["measure"]).T

# %% [markdown] lang="en"
# In 2025: of those who joined in the last two years 83 % stay, and 82 % of their contracts. Of the best fifth 90 % stay,
# against 88 % of all; but of their revenue 94 % is left, of everybody's 97 %: they were picked at a lucky time, and
# fell back (*regression to the mean*). The luck lasts about a year: picked by the revenue of June 2024, the best fifth
# keeps 94 %, too; picked by June 2023, 98.5 %, against 98.7 % of all customers of that June. Change the group and the
# year yourself:

# %% tags=["nbval-ignore-output"]
crm.show.explore_rates(bases)

# %% [markdown] lang="en"
# You should have seen: in 2025 revenue holds best and contracts worst in every group, and the groups lie 7 points apart
# (customers: 83 to 90 %). Whoever quotes one rate has chosen a measure and a base.

# %% [markdown] lang="en"
# ## How long do they stay?
#
# A **cohort** is the customers who joined in the same year. Follow each from anniversary to anniversary.

# %%
records = {"as_of": "2025-12-31", "observed_from": "2023-01-01", "own_choice": "own"}
cohorts = crm.cohort_triangle(customers, **records)
ax = crm.show.plot_cohorts(cohorts.rates)

# %% [markdown] lang="en"
# Of those who joined in 2023, 78 % stayed their first year, and 83 % of these their second. Of customers from 2008
# who were still there, 96 % stayed their seventeenth. The triangle is a band: the bank's records begin in January
# 2023.

# %% [markdown] lang="en"
# ### The survivors' trap
#
# Take everybody in the file and count from the day of joining: how many are still there after five years? The trap:
# whoever joined in 2015 and left in 2018 *is not in the file*. Early cohorts are known by their survivors only (*left
# truncation*). The remedy: a customer counts as **at risk** only from the day on which he could have been seen
# leaving. Kaplan and Meier (1958) multiply the share kept of every day $t_i$ on which someone left,
#
# $$ \hat S(t) = \prod_{t_i \le t} \left( 1 - \frac{d_i}{n_i} \right) $$
#
# with $d_i$ customers who left on day $t_i$ of their relationship, and $n_i$ customers at risk on it.

# %%
right = crm.survival_curve(customers, **records)
raw = crm.survival_curve(customers, as_of="2025-12-31", own_choice="own")
ax = crm.show.plot_survival({"corrected": right.curve, "raw": raw.curve}, until=12)

# %% [markdown] lang="en"
# After five years 44 % are still there, not 77 % (if only leaving by own choice counts). A plan that believes the raw
# curve expects customers to stay far too long, and pays too much for new ones.

# %% [markdown] lang="en"
# ### "New customers leave sooner than old ones"
#
# So says the textbook. Count leavers per customer-year:

# %%
tenure = crm.churn_by_tenure(customers, **records)
tenure["leave in a year, %"] = 100 * tenure["yearly_churn"]
tenure[["from_years", "to_years", "left", "customer_years", "leave in a year, %"]]

# %% [markdown] lang="en"
# It is true: 20.7 % of new customers leave within a year, 7.9 % of those with 8 to 12 years. But *why*?
#
# - **People change**: they grow loyal. Then keep everybody for a while, and they will stay by themselves.
# - **People differ, and nobody changes**: the restless leave first, and the faithful remain. Then waiting helps nothing.
#
# Fit both stories, and a third without any difference. (The **hazard** is the rate of leaving per year; a **shape**
# below 1 means that it falls the longer a customer stays, 1 that it does not change.)

# %%
models = crm.tenure_models(customers, **records)
models[["model", "hazard", "shape", "log_likelihood", "kept_5"]]

# %% [markdown] lang="en"
# A log-likelihood nearer to 0 fits better: "one hazard for all" is out. "Unlike customers" (each with an own, fixed
# rate of leaving) fits best, by 77 over this way of changing. Proof? **No: these data cannot tell.** If all customers
# were alike and grew loyal along one particular curve, the records would look exactly the same. Who joined and left
# when does not show what each one was like. Keep the question for *How close did we get?*

# %% [markdown] lang="en"
# ## Why do they leave, and do they come back?

# %%
reasons = customers.loc[customers["own"], "exit_reason"].value_counts(normalize=True)
100 * reasons[reasons > 0]

# %% [markdown] lang="en"
# Poor service and a better price lead, with 27 % each. (What people *say*; no comparison shows that it is why they
# went.)
#
# The textbook promises: contact the lost, find the cause, mend it, and **30 %** return. In 2025 the bank contacted
# half of the customers lost in 2024. Which half was drawn by lot.

# %%
members = bank.campaign_members
win_back = crm.campaign_uplift(members[members["campaign"] == "win-back"], wanted="more")


def in_percent(found):
    table = 100 * found[["treated_rate", "control_rate", "uplift", "low", "high"]]
    return table.assign(cost_per_changed=found["cost_per_changed"])


in_percent(win_back)

# %% [markdown] lang="en"
# 29 % returned: the textbook is right! And **22 % returned uncontacted.** The contact changed 7 points (3 to 11), and
# a customer won back *by* it costs ¥626, not ¥154 (the cost of the contacts divided by all who returned). *(Causal:
# the lot makes both halves alike.)* The difference of two randomised arms is called **uplift**.

# %% [markdown] lang="en"
# ## Who will leave?
#
# A **churn model** turns what is known into a chance of leaving. One rule above all: *only what was known that
# morning*. `facts_on` gathers it; each fact carries the day from which the bank knew it.


# %%
def facts_on(day):
    bonds = bank.bonds.rename(columns={"since": "opened", "until": "closed"})
    voiced = bank.problems[bank.problems["voiced"]]
    years = customers.loc[customers["joined"] < day, ["customer", "joined"]]
    years["value"] = (pd.Timestamp(day) - years["joined"]).dt.days / 365
    return pd.concat([
        years.rename(columns={"joined": "known"}).assign(feature="years"),
        crm.count_open(bank.holdings, "products", day),
        crm.count_open(bonds[bonds["bond"] == "payroll"], "salary", day),
        crm.count_events(bank.contacts, "contacts", day, date="time"),
        crm.count_events(voiced, "complaints", day),
    ])


# %% [markdown] lang="en"
# Learn from the year that began on 1 July 2023, to predict the year from 1 July 2024. The **odds** of leaving are the
# leavers divided by the stayers: 1 to 7 if 12.5 % leave. An `odds_ratio` of 0.9 means 10 % lower odds.

# %%
features = ["years", "products", "salary", "contacts", "complaints"]
frame = {"own_choice": "own", "absent": dict.fromkeys(features[1:], 0)}
past = crm.churn_frame(customers, facts_on("2023-07-01"), start="2023-07-01", **frame)
model = crm.churn_model(past.customers, features)
model.table[["feature", "coefficient", "low", "high", "odds_ratio"]]

# %% [markdown] lang="en"
# Each further year goes with 9 % lower odds of leaving, a salary account with 38 % lower ones. *(Predictive. Not causal: people who
# plan to stay bring their salary here. Giving everybody a salary account would not do that.)* Complaints say little:
# their interval holds 0.

# %% [markdown] lang="en"
# ### A leak, and how it is caught
#
# Somebody adds a splendid feature: the exit interview.

# %%
interview = customers.loc[customers["own"], ["customer", "left"]]
interview = interview.rename(columns={"left": "known"})
leak = pd.concat([facts_on("2024-07-01"), interview.assign(feature="exit interview", value=1)])
try:
    crm.churn_frame(customers, leak, start="2024-07-01", **frame)
except ValueError as problem:
    print(problem)

# %% [markdown] lang="en"
# Dates catch it. Other leaks carry no date: the yearly table says how many products a customer held *at the end of
# 2024*, and says 0 of all who had gone. Here only suspicion helps. The **AUC** is the chance that a leaver has the
# higher value than a stayer (or the lower one): 0.5 is a coin.

# %%
july = facts_on("2024-07-01")
half_year = crm.churn_frame(customers, july, start="2024-07-01", months=6, **frame)
later = bank.years.loc[bank.years["year"] == 2024, ["customer", "products"]]
later = half_year.customers.merge(later.rename(columns={"products": "products_2024"}))
crm.suspicious_features(later, ["years", "products", "products_2024"])

# %% [markdown] lang="en"
# 0.93 for the products of 2024, 0.55 for the products held in July. Honest signs of leaving are weak. A feature that
# knows too much was written down too late.

# %% [markdown] lang="en"
# ### Is the model any good?
#
# In July 2024 the bank put 6,787 customers on a list, and half of them, drawn by lot, on the phone. The other half
# shows what happens uncalled: judge the model there.

# %%
now = crm.churn_frame(customers, july, start="2024-07-01", **frame)
scored = now.customers.drop(columns="left").assign(risk=model.risk(now.customers))
calls = members[members["campaign"] == "retention"][["customer", "arm", "outcome", "cost"]]
calls = calls.astype({"customer": "int64"}).merge(scored)
uncalled = calls[calls["arm"] == "control"]
quality = crm.calibration(uncalled, "risk", "outcome")
ax = crm.show.plot_calibration(quality.groups)

# %%
quality.table[["predicted", "observed", "auc", "slope", "slope_low", "slope_high"]].round(3)

# %% [markdown] lang="en"
# Predicted 11.3 %, observed 11.6 %: the model is **calibrated** on average. 8 of 10 groups hold their prediction in the
# interval, where 9 or 10 should. The `slope` says whether the spread fits (1 = it does): 0.80 (0.58 to 1.01), so the
# predictions may be slightly too extreme. Its AUC, 62 in 100, is modest, as AUCs of honest churn models are. (53 of the
# list had left by fate, not by choice: 6,734 are left.)

# %% [markdown] lang="en"
# ### Lift in customers, lift in money
#
# **Lift** says how much better than by chance a list from the top down finds what it looks for.
#
# What is lost with a customer? Take three years of contribution at the rate of the last twelve months. (Lesson 03
# does this with care.)

# %%
year = bank.months[bank.months["month"].between("2023-07-01", "2024-06-01")]
month = year["revenue"] - year["expected_loss"] - year["cost_to_serve"]
value = (36 * month.groupby(year["customer"]).mean()).rename("value").reset_index()
calls = calls.merge(value)
uncalled = calls[calls["arm"] == "control"]
lift = crm.lift(uncalled, "risk", "outcome", "value")
ax = crm.show.plot_lift(lift)

# %% [markdown] lang="en"
# The riskiest tenth holds 18 % of the leavers: better than a coin. And **−4 %** of the money: those who left there
# cost the bank more than they brought, ¥24,657 together. The vendor's list finds leavers. It does not find what is
# worth keeping.

# %% [markdown] lang="en"
# ### The usual remedy: a threshold by cost
#
# A call pays if risk × share saved × value > cost. Suppose a call keeps a quarter of those who would leave:

# %%
usual = crm.call_threshold(uncalled, cost=60, saved_share=0.25, outcome="outcome")
usual.table.drop(columns="cost")

# %% [markdown] lang="en"
# Of 824 calls 730 are *false alarms*: those customers would have stayed, and ¥43,800 is spent on them. That can still
# pay. But look at the assumption: **a quarter, everywhere.** Is that so?

# %% [markdown] lang="en"
# ## What does a call change?
#
# Only the lot can tell. Uplift of the call, all together and by tenths of risk:

# %%
called = crm.campaign_uplift(members[members["campaign"] == "retention"])
in_percent(called)

# %%
calls["tenth"] = 10 - pd.qcut(calls["risk"].rank(method="first"), 10, labels=False)
by_tenth = crm.campaign_uplift(calls, by="tenth")
title = "By tenth of risk (1 = riskiest): a small effect, widely uncertain"
ax = crm.show.plot_uplift(by_tenth, "tenth", title=title)

# %% [markdown] lang="en"
# 9.7 % of the called left, 11.6 % of the others: the call saves 1.9 in 100 (0.4 to 3.3). **One customer saved costs
# ¥3,215** (about ¥1,800 to ¥15,000), not ¥60. In the riskiest tenth it is 3.3 in 100, with an interval from −9.2 to
# +2.6 points: wide, because each tenth has only some 670 customers. *(Causal.)*

# %% [markdown] lang="en"
# ### Sleeping dogs
#
# Some customers hardly ever think of their bank. A call reminds them that they could leave. Who might they be? Those
# who in 2023 neither visited nor called, and opened the app less than twice a month: *silent*.

# %%
in_2023 = bank.years[bank.years["year"] == 2023].set_index("customer")
contacts = in_2023["teller_visits"] + in_2023["calls"]
silent = in_2023.index[(contacts == 0) & (in_2023["app_sessions"] < 24)]
calls["silent"] = calls["customer"].isin(silent)
by_silence = crm.campaign_uplift(calls, by="silent")
in_percent(by_silence.set_index("silent"))

# %% [markdown] lang="en"
# Of the 1,267 silent ones, *more* leave when called: +1.0 points, though the interval (−2.7 to +4.7) also allows that
# nothing happens. Among the others the call saves 2.6 in 100 (1.0 to 4.2), at ¥2,325 each. Do the two groups differ?
# By 3.6 ± 4.0 points: these data do not show it. Mr Lin decides all the same. The best guess is that each call to a
# silent customer costs ¥60 and does harm: leave them alone, until a larger lot says otherwise.

# %% [markdown] lang="en"
# ## Rank by value × uplift
#
# What a call to customer $i$ brings, in yuan:
#
# $$ g_i = -u_i \cdot v_i - c $$
#
# with the uplift $u_i$ (change of the chance to leave; negative if the call keeps), the value $v_i$ lost if the
# customer goes (yuan), and the cost $c$ of a call (yuan). Call where $g_i > 0$, **and only to keep somebody**: not silent,
# $u_i < 0$ and $v_i > 0$. The formula alone would also call loss-makers in the hope that they leave. That is unfair,
# and it is bad business: *a negative value is no reason to drive somebody away; mend the price or the cost.* (Ascarza
# 2018 found in two field experiments that the customers at the highest risk are not necessarily the best ones to
# approach.)
#
# The uplift is estimated by two models, one for each arm; each half of the list is scored by the models of the *other*
# half, so that nobody is judged by his own outcome.

# %%
calls["uplift"] = 0.0
for half in (0, 1):
    mine = calls["customer"] % 2 == half
    learned = crm.uplift_model(calls[~mine], ["risk", "silent"])
    calls.loc[mine, "uplift"] = learned.uplift(calls[mine])
ranked = crm.rank_calls(calls[~calls["silent"]], cost=60)
print(f"{ranked['call'].sum():,} of {len(calls):,} calls are worth their cost")

# %%
facts = calls[["risk", "uplift", "value", "silent"]]
ax = crm.show.plot_call_lists(facts, cost=60, calls=673)

# %% [markdown] lang="en"
# By the model, 673 calls by risk lose ¥25,147; by value × uplift they bring ¥283,052. By value alone or value at risk the
# curves come near it; by risk or uplift alone hardly any list pays. The curve of value × uplift ends at 4,236: the rest
# are silent or of negative value.

# %% [markdown] lang="en"
# ### Explore: whom to call, at which cost
#
# The explorer judges lists by the model's uplift: expectations, not outcomes.
#
# - Start: the vendor's list, 673 calls by **risk**. Read *Net of cost*.
# - Rank by **uplift**: most customers saved, cheapest each. And the money?
# - Rank by **value × uplift**. Lengthen the list until *Net of cost* stops rising.
# - Let a call cost ¥10, then ¥200. How does the best length change?
# - Ask for more than 4,236 calls by **value × uplift**. Who is left?
#
# *(Reading without running it? The static figure above is where the explorer starts.)*

# %% tags=["nbval-ignore-output"]
crm.show.explore_calls(facts, calls=673)

# %% [markdown] lang="en"
# You should have seen: by risk the 673 calls lose ¥25,147. By uplift they save 37 customers, the most, at ¥1,088
# each, and still lose ¥11,593: people without value are saved. By value × uplift they earn ¥283,052; the best length
# is 1,314 calls. At ¥10 a call it is 2,901, at ¥200 it is 501. Beyond 4,236 this rule has nobody left whom it is worth
# keeping.

# %% [markdown] lang="en"
# ## Is keeping cheaper than winning?
#
# "A fifth", said the vendor. The bank also mails people who are no customers, and half of its lists get no mail.

# %%
mails = members[members["campaign"].str.startswith("mail")]
won = crm.campaign_uplift(mails, wanted="more")
costs = crm.keep_or_win(called, won)
costs[["cost_per_saved", "cost_per_won", "ratio", "low", "high", "claim_inside"]]

# %% [markdown] lang="en"
# A customer *won* costs ¥411, a customer *saved* ¥3,215: keeping costs **eight times** as much (4 to 37 times), not a
# fifth. The claim compares a call with a customer. Most calls reach people who stay anyway.
#
# "Keep before you acquire", say two of the course's sources; a third says both alike, a fourth wants acquisition.
# Against it stand Ehrenberg and Sharp: brands grow mainly by new buyers, and loyalty rises with size by itself
# (*double jeopardy*, Ehrenberg, Goodhardt & Barwise 1990). For it: a customer saved may be worth more than one won.
# So compare cost *and* value of each, at the margin. No ratio decides.

# %% [markdown] lang="en"
# ## The decision on Friday
#
# 673 calls, five rules, judged by the model. `gain` is 0 for those who are not called to be kept:

# %%
calls["at_risk"] = calls["risk"] * calls["value"]
calls["keeps"] = -calls["uplift"]
worth_it = ~calls["silent"] & (calls["uplift"] < 0) & (calls["value"] > 0)
calls["gain"] = (-calls["uplift"] * calls["value"]).where(worth_it, 0)
rules = ["risk", "value", "at_risk", "keeps", "gain"]
lists = crm.compare_lists(calls, rules, 673, cost=60)
lists[["rule", "saved", "driven_away", "cost_per_saved", "money_kept", "net"]]

# %% [markdown] lang="en"
# Mr Lin does not sign. He leaves the silent alone, ranks the others by **value × uplift**, and calls those whose gain is
# above 0: 1,314 customers, nobody in order to drive him away. Expected: ¥303,645 over three years, after ¥78,840 for
# the calls. If his people can make only 673, the first 673 bring ¥283,052 of it. Two conditions:
#
# - These are the customers of July 2024, because their lot is decided. Today's list is scored anew on the morning of
#   the calls, with the same models, and will hold other names.
# - A part of the list he draws by lot and does *not* call: otherwise he will not know next year what the calls did.

# %% [markdown] lang="en"
# ## Where it breaks
#
# **Money has long tails.** Can the lot confirm the list? Among the 673 with the highest gain, called against not
# called:

# %%
checked = crm.check_lists(calls, ["risk", "gain"], 673)
in_percent(checked.set_index("rule"))

# %% [markdown] lang="en"
# By gain −0.2 points (−5.2 to +4.7): the experiment does not confirm it, nor does it refute it. 673 customers are too
# few. How many would do?

# %%
crm.campaign_power(0.12, -0.03)[["base", "change", "per_arm", "power"]]

# %% [markdown] lang="en"
# To find a fall from 12 to 9 % four times in five takes 1,638 customers in *each* arm. Ask before the campaign, not
# after.

# %% [markdown] lang="en"
# **You are one of many.** Suppose 200 students each study the same call at a bank of their own, with 2,000 customers:

# %%
students = crm.class_variants()
ax = crm.show.plot_variants(students)

# %%
whole_class = crm.sampling_distribution(students)
100 * whole_class.drop(columns=["samples", "mean_error"])

# %% [markdown] lang="en"
# All of them did it right. (The table is in percentage points and %.) Together they find −2.7 points (truth −2.9), and
# 96.5 % of their intervals hold the truth. Yet 13 % would report that the call does harm, and the 17.5 % with a
# "significant" result overstate it 2.1 times. If only these are published, everybody believes in a call twice as good.
# This spread is the **sampling distribution**; your interval is your guess at it.

# %% [markdown] lang="en"
# **Make them happier instead?** The textbook: satisfaction comes before retention; offer better value, surprise, and
# keep track. Two campaigns were drawn by lot: a panel that asks customers' advice, and an offer of special treatment.

# %%
for name in ["panel", "special-offer"]:
    found = crm.campaign_uplift(members[members["campaign"] == name]).iloc[0]
    print(f"{name:14} {found['uplift']:+.3f} ({found['low']:+.3f} to {found['high']:+.3f})")

# %% [markdown] lang="en"
# Fewer left in both, by 0.8 and 1.5 points, and both intervals hold 0: a year of these data cannot tell. How many
# customers would show a change of 0.8 points?

# %%
crm.campaign_power(0.1245, -0.008)[["per_arm", "power"]]

# %% [markdown] lang="en"
# Some 26,000 in each arm. Track satisfaction month by month (lesson 07), and be patient.
#
# **Make leaving costly?** Customers who say that switching is hard leave less:

# %%
asked = bank.survey[bank.survey["wave"] == 2024].merge(customers[["customer", "left", "own"]])
asked["hard_to_switch"] = asked[["swc1", "swc2", "swc3"]].mean(axis=1)
asked["left"] = asked["own"] & asked["left"].between("2024-11-01", "2025-10-31")
lock = crm.churn_model(asked, ["hard_to_switch", "sat_overall"])
lock.table[["feature", "coefficient", "low", "high", "odds_ratio"]]

# %% [markdown] lang="en"
# One point (of seven) harder goes with 22 % lower odds of leaving, one point (of ten) more satisfied with 13 %.
# *(Predictive.)* The textbook therefore recommends lock-in: miles, bundles, cheap software. **This course does not.**
# Miles that are lost on leaving keep bodies, not minds; regulators ask why a contract is easy to open and hard to
# close; and held customers tell others. Raise the cost of leaving by value that a customer would miss:

# %%
pd.options.display.max_colwidth = 90
crm.switching_costs()[["tactic", "kind", "by_value"]]

# %% [markdown] lang="en"
# (Kinds after Burnham, Frels & Mahajan 2003: procedural, financial, relational.)

# %% [markdown] lang="en"
# ## How close did we get?
#
# The bank is simulated. What did a call truly change?

# %%
for name in ["", ".quiet", ".not_quiet"]:
    print(f"retention.uplift{name:11} {bank.truth['retention.uplift' + name]:+.3f}")
people = bank.truth.tables["people"]
people = people[["customer", "uplift_retention", "quiet", "innate_hazard"]]
judged = calls.merge(people)
100 * judged.groupby("silent")[["quiet", "uplift_retention"]].mean()

# %% [markdown] lang="en"
# The call keeps 2.8 in 100 (we found 1.9; 2.8 is in the interval). One fifth of the customers are *quiet*, and of
# these it drives 4.1 in 100 away. Our silent ones are quiet in 63 % of cases; calling them changes next to nothing,
# +0.6 points.

# %%
riskiest = judged.nlargest(673, "risk")["uplift_retention"].mean()
print(f"saved by 100 calls: you said {guess_saved}, the truth is {-100 * riskiest:.1f}")
print(f"cost of one saved:  you said ¥{guess_cost}, the truth is ¥{60 / -riskiest:,.0f}")
truth = crm.compare_lists(judged, rules, 673, cost=60, uplift="uplift_retention")
truth[["rule", "saved", "driven_away", "cost_per_saved", "money_kept", "net"]]

# %% [markdown] lang="en"
# **Call the riskiest tenth? No.** 100 calls there save 4.1 customers, ¥1,481 each. All 673 truly save 27 customers,
# net of 12 who leave *because* they were called; the money kept is below 0, and ¥56,882 is lost. By value × uplift
# they save 24 customers and earn ¥337,564. And the decision, 1,314 calls? With it, what value alone would have done:

# %%
called_now = int(ranked["call"].sum())
awake = judged[~judged["silent"]]
for places in (673, called_now):
    by = {"cost": 60, "uplift": "uplift_retention"}
    net = crm.compare_lists(judged, ["gain", "value"], places, **by)["net"]
    not_silent = crm.compare_lists(awake, ["value"], places, **by)["net"][0]
    print(f"{places:5,} calls: value × uplift ¥{net[0]:,.0f}, value ¥{net[1]:,.0f}, "
          f"value without the silent ¥{not_silent:,.0f}")

# %% [markdown] lang="en"
# **The decision stands**: its 1,314 calls truly earn ¥393,175. Two honest remarks:
#
# - The model expected ¥303,645. It was too cautious: of 100 called who are not silent it expected 2.7 to stay because of
#   the call; truly 3.6 do.
# - Ranking all by value alone, with 1,314 calls, earns ¥331,921. Value without the silent earns ¥402,031, no less than
#   value × uplift. What the lot was worth here is one thing: *whom to leave alone*. Value does the rest.
#
# And do new customers leave sooner because people change? The answer book knows the hazard (yearly rate of leaving)
# that each customer *brought along on joining*, from temper and lasting feelings, and kept:

# %%
by_tenure = crm.churn_by_tenure(customers.merge(people), **records, hazard="innate_hazard")
ax = crm.show.plot_tenure(by_tenure)

# %% [markdown] lang="en"
# The share that leaves in a year falls by 62 % over the years. Against what customers brought along, leavers are 1.05
# times the expected number in the first year and 0.94 times after eight: a fall by 11 % is all that is left for what
# came later, such as a salary account or an adviser. **Hardly anybody changed. The leavers left.** That is *frailty* (Vaupel,
# Manton & Stallard 1979). It was put in; at a real bank both stories may hold.

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("09")

# %% [markdown] lang="en"
# Then try these:
#
# 1. A vendor shows that his churn model finds half of the leavers in the riskiest fifth. Which number do you ask for?
# 2. Modify: what does a customer saved cost among the silent and the others if a call costs ¥20?
# 3. Make: in which `kind` of customer does the call work better? *(Start from `calls.merge(customers[["customer",
#    "kind"]])`.)*
#
# <details><summary>Answers</summary>
#
# 1. How many of them stay *because* of a call: from a list of which half, drawn by lot, was not called. And the value.
# 2. ¥775 among the others, a third of ¥2,325; among the silent none is saved on balance.
# 3. `crm.campaign_uplift(calls.merge(customers[["customer", "kind"]]), by="kind")`: personal −2.1 points, small business
#    −0.5; the second interval is so wide that nobody can say which.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - Name the measure before you quote a retention rate. One base gave 86 to 101 %.
# - Records that begin in the middle know only survivors. Count at risk from the day on which the records begin.
# - A prediction may use only what was known that morning. A feature that is too good is a leak.
# - Risk says who leaves, uplift who can be kept, value who should be. Rank by value × uplift.
# - Cost per customer *saved* is what counts, against a control group. Leave sleeping dogs alone.
# - Nobody is called in order to drive him away. A negative value asks for another price, or a lower cost.
#
# | term | 中文 | meaning |
# |---|---|---|
# | retention rate | 客户保留率 | what is left, of what was there at the start |
# | churn, defection | 客户流失, 叛离 | leaving |
# | cohort | 同期群 | customers who joined in the same year |
# | left truncation | 左截断 | who left before the records began is not in them |
# | survival curve | 生存曲线 | share still there after a time |
# | hazard | 风险率 | rate of leaving per year, among those still there |
# | odds | 优势 | leavers divided by stayers |
# | lift | 提升度 | how much better than by chance a list finds what it looks for |
# | frailty | 异质性 (脆弱性) | people differ in ways that nobody sees |
# | uplift | 增量效应 | outcome with the contact − outcome without |
# | sleeping dog | 沉睡客户 | leaves because of the contact |
# | win-back | 客户赢回 | bringing lost customers back |
# | defection management | 叛离管理 | early warning, and acting where it helps |
# | switching cost | 转换成本 | what leaving costs the customer |
#
# **References.** Ascarza, E. (2018). Retention futility: Targeting high-risk customers might be ineffective. *Journal
# of Marketing Research*, 55(1). · Burnham, T. A., Frels, J. K., & Mahajan, V. (2003). Consumer switching costs.
# *Journal of the Academy of Marketing Science*, 31(2). · Ehrenberg, A. S. C., Goodhardt, G. J., & Barwise, T. P.
# (1990). Double jeopardy revisited. *Journal of Marketing*, 54(3). · Kaplan, E. L., & Meier, P. (1958). Nonparametric
# estimation from incomplete observations. · Sharp, B. (2010). *How brands grow*. · Vaupel, J. W., Manton, K. G., &
# Stallard, E. (1979). The impact of heterogeneity in individual frailty. *Demography*, 16(3). *(What of each work was
# read: [bibliography](93_bibliography.ipynb).)*
#
# **Exercise:** [09](exercises/09_retention.ipynb), with a bank of your own. **Next:** 10, what ties customers to a firm.
