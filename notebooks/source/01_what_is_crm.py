# ---
# jupyter:
#   crm:
#     concepts: [A1, A2, A3, B1.1, B1.4, B4.1, B4.3, C2, C4, D1, D6, D8]
#     minutes: 90
#     title: What is CRM
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 01 · What is customer relationship management?
#
# **Do happier branches earn more next year, and should the bank pay for their mood?**
#
# *About 90 minutes. Before it: [00 Welcome](00_welcome.ipynb).*
#
# After this lesson you can
#
# - **say** what customer relationship management is, and what it is not
# - **place** customers in the stages of a relationship, from two years of data
# - **run** the cycle of CRM once: collect, plan, interact, evaluate
# - **draw** who holds the value around a company: four kinds of customer
# - **tell** a difference *between* branches from a change *within* a branch, and **defend** why it matters for money

# %% [markdown] lang="en"
# ## The case
#
# Mr Hu is head of branches at **Harbour Bank**. A consultant showed him a chart: branches with happier staff earn
# more per customer. The proposal on his desk: ¥2 million a year for better rosters, training and canteens, to lift
# staff satisfaction everywhere by 5 points of 100. "It pays for itself," says the consultant. Mr Hu must sign on
# Friday.

# %% [markdown] lang="en"
# ## Predict first
#
# If a branch's staff become happier by **5 points**, by how many per cent does its revenue per customer change a year
# later? Write your guess.

# %%
guess_percent = 10

# %% [markdown] lang="en"
# ## What it is
#
# **Customer relationship management (CRM)** is a *strategy*, a *method* and a *technology*, in this order: decide
# which relationships the firm wants, work on them in a repeated cycle, and let software help. (Strategy first, and
# processes that cross departments: Payne & Frow 2005.) Whoever begins with the software has bought a database.
#
# Its principles: customers are a resource of the firm, to be grown and kept steady; each relationship must serve both
# sides; and the firm is organised by *kinds of customer*, not by products.
#
# It serves three functions:
#
# | function | what CRM adds | in the bank's tables |
# |---|---|---|
# | marketing | win the right customers at lower cost | `leads`, `campaigns` |
# | sales | the next product for the customer one has | `holdings`, `campaign_members` |
# | service | settle a matter once, and remember it | `contacts`, `problems` |

# %% [markdown] lang="en"
# ## How marketing got here
#
# Two histories are told. One by *whose* marketing was in focus, decade by decade; one by *what the firm was led by*,
# without dates. Beside the first runs a line of slogans: corporate identity, customer satisfaction, customer loyalty
# (for the 1990s our source names none: satisfaction was still on its way to loyalty).

# %%
import numpy as np
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
focus = ["consumers", "industry", "non-profit", "services", "relationship", "loyalty"]
slogans = ["identity", "satisfaction", "loyalty"]
periods = pd.concat(
    [
        pd.DataFrame({"view": "focus", "focus": focus, "start": range(1950, 2010, 10)}),
        pd.DataFrame({"view": "slogan", "focus": slogans, "start": [1970, 1980, 2000]}),
    ]
)
periods["end"] = periods["start"] + 10
ax = crm.show.plot_timeline(periods)

# %% [markdown] lang="en"
# The decades up to *relationship* are those of Christopher, Payne & Ballantyne (1991, as reported by others); the
# last one and the slogans are our sources'. The other history has four steps and no years: led by *production*, by
# *sales*, by the *market*, by *customer value*. Neither is a law: today's firms do all of it at once. What changed for
# good is that a firm can now remember each customer.

# %% [markdown] lang="en"
# ## The stages of a relationship
#
# A relationship is acquired, develops, matures, declines, and may be won back. Between two years, with the value $v$
# of a customer in yuan, its growth is
#
# $$ g = \frac{v_{2025}}{v_{2024}} - 1 $$
#
# *Developing* means $g > 0.2$, *declining* $g < -0.2$, *mature* in between; *acquired* has no 2024, *lost* no 2025.
# The limit of 20 % is a choice.

# %% [markdown] lang="en"
# ### By hand, on eight customers

# %%
bank = crm.load_bank()
revenue = bank.years[["customer", "year", "revenue"]]
year = {number: revenue[revenue["year"] == number] for number in (2023, 2024, 2025)}
both = revenue.pivot(index="customer", columns="year", values="revenue")[[2024, 2025]]
eight = both.dropna(how="all").iloc[52:60].copy()
eight["growth"] = eight[2025] / eight[2024] - 1
eight

# %% [markdown] lang="en"
# Go through them: which are developing, mature, declining, acquired, lost? `NaN` (*not a number*) means: no such
# year.

# %% [markdown] lang="en"
# ### The whole bank

# %%
stages = crm.lifecycle_stage(year[2024], year[2025], former=year[2023], tolerance=0.2)
stages.customers.set_index("customer").loc[eight.index, ["growth", "stage"]]

# %%
stages.table.assign(before=stages.table["before"] / 1e6, after=stages.table["after"] / 1e6)

# %% [markdown] lang="en"
# In ¥ million: the 6,242 developing customers bring ¥6.9 million more than a year before, the 4,102 declining ones
# ¥4.0 million less. **Careful:** three months of 2024 against the whole of 2025 look like growth. Who was a customer
# for twelve months in both years?

# %%
months = bank.years.pivot(index="customer", columns="year", values="months")
full = months.index[(months[2024] == 12) & (months[2025] == 12)]
moved = stages.customers[stages.customers["customer"].isin(full)].copy()
moved["change, ¥ million"] = (moved["after"] - moved["before"]) / 1e6
moved.groupby("stage", observed=True)["change, ¥ million"].agg(["size", "sum"])

# %% [markdown] lang="en"
# With full years, 4,398 developing customers bring ¥4.9 million more and 2,838 declining ones ¥2.7 million less. The
# rest, ¥2.0 million of growth and ¥1.3 million of decline, belongs to customers who were there for a part of a year. There
# the calendar is in it: by revenue *per month*, 31 % of these developing customers no longer develop, and 43 % of these
# declining ones no longer decline.
#
# 2,296 were acquired and 1,471 lost. *Won back* looks empty only because we count calendar years: 477 who left in 2024
# came back in 2025. They have a row in both years and count as developing, mature or declining. So 91 % of the
# customers of 2024 were *seen again* in 2025, and that is not yet **retention**: who was there on the first day of a
# year, and still on its last?

# %%
people, rows = bank.customers, []
for start in pd.to_datetime(["2024-01-01", "2025-01-01"]):
    there = (people["joined"] < start) & ~(people["left"] < start)
    gone = there & (people["left"].dt.year == start.year)
    rows.append({"year": start.year, "there": there.sum(), "left": gone.sum()})
base = pd.DataFrame(rows).set_index("year")
base["retention in %"] = 100 * (1 - base["left"] / base["there"])
base

# %% [markdown] lang="en"
# Of 13,477 there on 1 January 2024, 1,701 left in the year: 87 % stayed. In 2025 it was 88 %, the number that lessons
# 03 and 09 work with. Lesson 09 also asks who was won back, and by what.

# %% [markdown] lang="en"
# ## The cycle, once around
#
# CRM is a loop: **collect** and find an opportunity → **plan** and tailor → **interact** and track what customers
# need → **evaluate** and improve → again. Here is one turn, of July 2023.
#
# **Collect.** Who has no insurance with the bank? **Plan.** A list, and a letter for half of it, drawn by lot.
# **Interact.** Sent; answers tracked for three months. **Evaluate:**

# %%
turn = bank.campaign_members.query("campaign == 'cross-sell'")
result = turn.groupby("arm")["outcome"].agg(customers="size", bought="sum", rate="mean")
result["rate in %"] = 100 * result["rate"]
result[["customers", "bought", "rate in %"]]

# %%
extra = result.loc["treated", "rate"] - result.loc["control", "rate"]
error = np.sqrt((result["rate"] * (1 - result["rate"]) / result["customers"]).sum())
cost = turn["cost"].sum() / (extra * result.loc["treated", "customers"])
low, high = 100 * (extra - 1.96 * error), 100 * (extra + 1.96 * error)
print(f"the letter added {100 * extra:.1f} points (95 %: {low:.1f} to {high:.1f})")
least, most = cost * extra * 100 / high, cost * extra * 100 / low
print(f"one extra insurance cost ¥{cost:.0f} (¥{least:.0f} to ¥{most:.0f})")

# %% [markdown] lang="en"
# Without a letter 1.3 % bought anyway; with it 2.7 %. Counting all 120 buyers with a letter as its success would have
# doubled the glory. *(Causal: the arms were drawn by lot.)* Was it worth it? An insurance brings about ¥90 a year
# (a manager's figure, lesson 03), so ¥422 come back after nearly five years, if it is kept that long. A letter to
# *everybody* is not worth repeating; a cheaper one, or one to the right half, may be.
#
# **Improve**, and around again with a shorter list. Lesson 05 asks who needs what, lesson
# 09 whom a message drives away.

# %% [markdown] lang="en"
# ## Four kinds of customer
#
# Not only those who pay are customers. Four kinds bargain with the firm over the value that is created:
#
# | kind | at Harbour Bank | at Delta Power |
# |---|---|---|
# | upstream partners | savers and investors, whose money it lends | generators, the grid |
# | consumers | households, small businesses | homes, shops, factories |
# | publics | supervisor, press, the city | the state's levies, press |
# | competitors, and partners of tomorrow | the other banks | suppliers since the market opened |
#
# A map shows who holds the value *now*. First Delta Power: of each yuan that a class paid in 2025, who got it?

# %%
utility = crm.load_utility()
bills = utility.bills[utility.bills["month"] >= "2025-01-01"]
bills = bills.merge(utility.customers[["customer", "class"]])
hours = ["kwh_peak", "kwh_flat", "kwh_valley"]
used = bills.groupby(["month", "class"], as_index=False)[[*hours, "amount"]].sum()
used = used.merge(utility.price_chain)
kwh = used[hours]
paid = kwh.to_numpy() * used[["wholesale_peak", "wholesale_flat", "wholesale_valley"]]

# %%
holders = pd.DataFrame({"class": used["class"], "generators": paid.sum(axis=1)})
for column in ["grid", "levy", "cost_to_serve"]:
    holders[column] = kwh.sum(axis=1) * used[column]
holders["margin"] = used["amount"] - holders.drop(columns="class").sum(axis=1)
holders = holders.groupby("class", observed=True).sum()
holders.div(holders.sum(axis=1), axis=0)

# %% [markdown] lang="en"
# Of a factory's yuan 62 % goes to generators, 15 % to the grid, 5 % to the state (`levy`), and 18 % is Delta Power's
# margin. Homes pay 7 % *less* than their electricity costs: factories and shops carry them. Who opens which market
# first is a bargain over this table.
#
# Then the bank, where the map is a market: who holds the assets of Harbour Bank's *own* customers, and of the whole
# city?

# %%
wallets = bank.wallets.query("year == 2025")
own_share = wallets["assets_here"].sum() / wallets["wallet"].sum()
city = bank.market.query("year == 2025").set_index("bank")["assets"]
city_share = city["Harbour Bank"] / city.sum()
shares = pd.DataFrame(
    {"Harbour Bank": [own_share, city_share], "other banks": [1 - own_share, 1 - city_share]},
    index=["our customers' wallets", "the city's assets"],
)
title = "Rivals hold three quarters of our own customers' money"
ax = crm.show.plot_value_map(shares, title)

# %% [markdown] lang="en"
# 74 % of what Harbour Bank's customers own is at other banks. The next yuan is nearer than the next customer: lesson
# 05 calls it *share of customer*.

# %% [markdown] lang="en"
# ## Employees are customers, too
#
# The **service-profit chain** (Heskett et al. 1994; shortened): content employees → good service → satisfied customers
# → loyalty → profit. Mr Hu's question jumps from its first link to its last. `typical_revenue` is the *geometric mean*
# of the revenue of a branch's customers: unlike the plain mean, it is not moved by one very large customer. Its
# logarithm turns differences into rates (a difference of 0.12 is about 12 %).
#
# Two comparisons (after Mundlak 1978, who has units without years). *Between*: one dot per branch, its means over the
# years. *Within*: one dot per branch and year, how far it lies from the branch's own mean and from that year's mean.

# %%
panel = bank.branch_years.copy()
panel["log_revenue"] = np.log(panel["typical_revenue"])
panel = panel.rename(columns={"staff_satisfaction": "mood"})
names = ("staff satisfaction", "revenue of a typical customer")
axes = crm.show.plot_chain(panel, "mood", "typical_revenue", per=5, names=names)

# %%
chain = crm.service_profit_chain(panel, "mood", "log_revenue").set_index("comparison")
chain[["slope", "low", "high"]] = 100 * 5 * chain[["slope", "low", "high"]]
chain.loc[["between", "within"]]

# %% [markdown] lang="en"
# In % of revenue for 5 points of mood. **Between** branches, 12 % more. **Within** a branch, a year after its better
# mood, 0.9 %, and the interval from −0.7 to 2.5 % contains zero. The consultant's chart was the left one.

# %%
between, within = chain.loc["between", "slope"], chain.loc["within", "slope"]
print(f"You said {guess_percent} %. Between branches: {between:.0f} %. Within one: {within:.1f} %.")

# %% [markdown] lang="en"
# Why do they part? A branch in a good part of the city has both: content staff and rich customers. That lasts, so it
# fills the left chart and is taken out of the right one. And there may be an arrow back: a good year may lift the mood.

# %%
same_year = crm.service_profit_chain(panel, "mood", "log_revenue", lag=0)
same_year = same_year.set_index("comparison")[["slope", "low", "high"]]
100 * 5 * same_year.loc[["within"]]

# %% [markdown] lang="en"
# In the *same* year the link within a branch is 3.8 %, four times as strong as a year later. So one would see it if a
# good year lifts the mood, or if something lifts both: a link within one year has no direction. *(Descriptive:
# comparisons, even good ones, are no experiment.)*

# %% [markdown] lang="en"
# ### There was an experiment
#
# In 2024 half of the branches, 18 of 36, drawn by lot, got better rosters. What did that do to mood, and to revenue? For
# each branch: 2024 and 2025 against the time before (2022 and 2023 for mood; revenue is known from 2023).

# %%
mood = panel.pivot(index="branch", columns="year", values="mood")
money = 100 * panel.pivot(index="branch", columns="year", values="log_revenue")
change = pd.DataFrame(
    {
        "mood, points": mood[[2024, 2025]].mean(axis=1) - mood[[2022, 2023]].mean(axis=1),
        "revenue, %": money[[2024, 2025]].mean(axis=1) - money[2023],
        "revenue of 2025, %": money[2025] - money[2023],
    }
)

# %%
drawn = bank.branches.set_index("branch")["roster_pilot"]
rosters, without = change[drawn], change[~drawn]
lot = pd.DataFrame({"effect": rosters.mean() - without.mean()})
lot["error"] = np.sqrt(rosters.var() / len(rosters) + without.var() / len(without))
lot["low"] = lot["effect"] - 1.96 * lot["error"]
lot["high"] = lot["effect"] + 1.96 * lot["error"]
lot

# %% [markdown] lang="en"
# *(Causal: drawn by lot.)* Rosters lift mood by 5.1 points: so 5 points can be had. What did they bring in money? +4.1 %
# of revenue, and the interval runs from −1.3 to 9.4 %. If the effect needs a year, look at 2025 alone: +6.5 %, from −1.4
# to 14.5 %. The lottery asks the right question, but 36 branches give it a wide answer.

# %% [markdown] lang="en"
# ## Explore
#
# CRM's core idea: find the key customers, keep those you have, stop chasing poor returns. What if a bank took the
# last part literally and won nobody new? The sliders start where Harbour Bank is: 13,783 customers on 1 January 2025, of
# whom it kept 88 % through the year, and 2,024 who joined and were there at its end (2,000 on the slider; 392 who came
# back are left out).
#
# - Set **new customers** to 0. How many are left after ten years?
# - Put it back. Raise **retention** by 2 points. How many new customers a year is that worth?
# - At which retention does the base stay as it is?

# %%
future = crm.customer_base(13_783, retention=0.88, new=2_024, years=10)
future.set_index("year").loc[[1, 5, 10], ["customers", "kept", "new", "lost"]].round().astype(int)

# %% tags=["nbval-ignore-output"]
crm.show.explore_base(13_783, retention=88, new=2_000)

# %% [markdown] lang="en"
# You should have seen: without new customers 28 % are left after ten years, even at 88 % retention. Two points of
# retention are worth 300 to 350 new customers a year, and at 85 % the base would stand still. Keeping and winning are
# two taps of one bath: whoever says *keep before acquire* must say at which level the water stands.

# %% [markdown] lang="en"
# ## The decision on Friday
#
# Revenue is ¥30.9 million a year, so the programme must bring 6.5 % to pay for its ¥2 million. What are 5 points of mood
# worth, by each reading?

# %%
million = year[2025]["revenue"].sum() / 1e6
readings = chain.loc[["between", "within"], ["slope", "low", "high"]]
readings.loc["lottery"] = lot.loc["revenue, %", ["effect", "low", "high"]].to_numpy()
worth = million * readings / 100
print(f"must bring {100 * 2 / million:.1f} %")
worth

# %% [markdown] lang="en"
# In ¥ million a year. *Between* says 3.6 and would pay; but it compares places. *Within* says 0.3, at most 0.8, and would
# not; but it sees one year only, and nobody drew lots for the moods. The *lottery* is the only causal comparison: 1.3, and
# anything from −0.4 to 2.9. It can rule out neither that the programme pays nor that it does nothing. And it tested
# rosters, which half of the branches have by now: what training and canteens would add *there*, nobody has tested.
#
# Mr Hu's answer: **sign nothing yet.** He keeps the rosters where they are: they lift the mood, and content staff may be
# a goal of its own. The other 18 branches wait another year, so that the lottery goes on and its interval narrows. What
# waiting may cost: ¥0.9 million, if the upper end is true. What signing may cost: ¥1.7 million a year, if *within* is
# right. What he does not buy is a chart of good locations.

# %% [markdown] lang="en"
# ## Where it breaks
#
# **The assumptions.** Textbooks on CRM share five: customers are finite; they are not equal; those one has come
# first; demanding ones teach; the dissatisfied can be regained. On the third they disagree:
#
# | voice | says |
# |---|---|
# | most textbooks | keep before acquire |
# | others | both alike |
# | papers on growing banks | win customers and market share |
# | Ehrenberg-Bass (Sharp 2010) | brands grow by winning light buyers; loyalty follows size (*double jeopardy*) |
#
# The explorer shows why all can be right: it depends on where the base would settle.
#
# **The core idea can ruin a firm.** "Stop chasing poor returns" assumes that one knows who will never be worth it.
# Lesson 04 tries.
#
# **Why programmes fail** (after Rigby, Reichheld & Schefter 2002, who name four perils; the case and the ten questions
# are ours). A regional bank buys a CRM system. It was *shaped for an
# airline*. Nobody on the team has run one. The branches *were asked*, and one director answers for it. There is a list
# of duplicates "to be cleaned later", and success is measured in logins. Ten questions:

# %%
answers = {"our own mode": False, "experience": False, "one record": False}
answers |= {"the front line": True, "one owner": True, "a goal in money or behaviour": False}
crm.programme_risks(answers)[["risk", "area", "answer"]]

# %% [markdown] lang="en"
# Eight of ten are open, four of them simply *not known*: the case does not say. Ask before the contract is signed.
# (`programme_checklist()` has all ten questions, and what happens after a no.)

# %% [markdown] lang="en"
# ## How close did we get?
#
# The simulation has one number for what mood does to revenue.

# %%
truth = 100 * 5 * bank.truth["money.mood"] / 7  # recorded for 7 points of mood
print(f"for 5 points: truth {truth:.1f} %, within {within:.1f} %, between {between:.0f} %")

# %% [markdown] lang="en"
# The truth, 1.4 %, lies inside the intervals of *within* and of the lottery; the *between* reading is eight times too
# large. Five points are worth ¥0.4 million a year: not to sign was right, though these data could not know it. (The
# arrow back exists, too: a good result lifts the mood of the same year.) An honest "we cannot see it" beats a precise
# mistake.

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("01")

# %% [markdown] lang="en"
# Then try these:
#
# 1. Which comes first: strategy, method or technology? What is left if only the last is bought?
# 2. Shops with more plants in the window sell more. Name one reason that is about *between*, and how to find out.
# 3. A base has 10,000 customers, keeps 90 % and wins 600 a year. Where does it settle?
# 4. Modify: cut the stages at 10 % instead of 20 %. How many are mature now?
# 5. Make: `crm.service_profit_chain(panel, "staff_skill", "log_revenue")`. What do you conclude?
#
# <details><summary>Answers</summary>
#
# 1. Strategy. A database, and a bill.
# 2. Rich streets have both plants and buyers. Give plants to half of the shops, drawn by lot.
# 3. At 600 / 0.1 = 6,000.
# 4. 2,118 instead of 3,916: `tolerance=0.1`.
# 5. Within a branch the interval holds zero: these data show no effect of skill on revenue, and do not show that
#    there is none.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - CRM is strategy first, then a repeated cycle, then software.
# - A relationship has stages; money moves between them every year.
# - Four kinds of customer bargain for the value. Most of a customer's wallet is elsewhere.
# - A difference between units is not what a change within a unit will bring. Ask which one a chart shows.
#
# | term | 中文 | meaning |
# |---|---|---|
# | customer relationship management | 客户关系管理 | strategy, method and technology for lasting relationships that serve both sides |
# | customer lifecycle | 客户生命周期 | acquired, developing, mature, declining, lost, won back |
# | CRM cycle | 实施流程 | collect, plan, interact, evaluate, and again |
# | internal customer | 内部客户 | an employee, on whom service depends |
# | service-profit chain | 服务利润链 | from content employees to profit, link by link |
# | publics | 公关客户 | authorities and media, who grant or withhold social value |
# | between, within | 组间, 组内 | a comparison of units; a comparison of a unit with itself |
#
# **References.** Christopher, M., Payne, A., & Ballantyne, D. (1991). *Relationship Marketing*.
# Butterworth-Heinemann. · Heskett, J. L., Jones, T. O., Loveman, G. W., Sasser, W. E., & Schlesinger, L. A. (1994). Putting
# the service-profit chain to work. *Harvard Business Review*, 72(2). · Mundlak, Y. (1978). On the pooling of time
# series and cross section data. *Econometrica*, 46(1). · Payne, A., & Frow, P. (2005). A strategic framework for
# customer relationship management. *Journal of Marketing*, 69(4). · Rigby, D. K., Reichheld, F. F., & Schefter, P.
# (2002). Avoid the four perils of CRM. *Harvard Business Review*, 80(2). · Sharp, B. (2010). *How Brands Grow*.
# Oxford University Press.
#
# **Exercise:** [01](exercises/01_what_is_crm.ipynb), with a bank of your own. **Next:** 02, the customer pyramid.
