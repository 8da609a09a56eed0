# ---
# jupyter:
#   crm:
#     concepts: [A5, A6, A20, B5.1, C12, E6a]
#     minutes: 90
#     title: The customer pyramid
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 02 · The customer pyramid
#
# **Who are the customers that the bank must not lose?**
#
# *About 90 minutes. Before it: [00 Welcome](00_welcome.ipynb).*
#
# After this lesson you can
#
# - **sort** people into active, inactive, prospects and suspects, from dated records
# - **build** a customer pyramid, and **say** what its cuts and its measure decide
# - **measure** how concentrated revenue and profit are, and **judge** "80/20" and "20/90"
# - **follow** customers between two years: added, moved up, kept, lost, in money
# - **choose** the customers to protect, and **defend** the list against last year's luck

# %% [markdown] lang="en"
# ## The case
#
# Ms Zhao runs private banking at **Harbour Bank**. From January on, some customers get a *personal adviser*: one
# person who knows them, calls them, and answers the phone. There are places for one customer in a hundred. The
# branches have already sent her their favourites, sorted by deposits.
#
# She does not trust the list. By Friday she must name the customers, and say what is at stake in money.

# %% [markdown] lang="en"
# ## Predict first
#
# Suppose next year **every** customer brings exactly **20 % more** revenue. The bank cuts its customers into four
# tiers. How many of about 16,500 customers move up a tier? Write two guesses, as whole numbers without a comma:
#
# - tiers cut by *rank*: the best 1 %, the next 4 %, the next 15 %, the rest
# - tiers cut at *fixed amounts* of money, the same in both years

# %%
guess_up_by_rank = 3000
guess_up_by_money = 3000

# %% [markdown] lang="en"
# ## Who is a customer at all?
#
# Before ranking customers, decide who is one. Curry and Curry (2000) sort everybody a firm could serve:
#
# | group | in words |
# |---|---|
# | active | bought, or was with us, within a *window* of time |
# | inactive | did so before the window, not since |
# | prospect | has been in touch, never bought |
# | suspect | could be served, never in touch |
# | rest of the world | everybody else |
#
# The window is a decision, not a fact. Here: the last 365 days.

# %%
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
bank = crm.load_bank()
city = int(bank.market.query("year == 2025")["customers"].sum())

# %% [markdown] lang="en"
# `bank.months` has one row per customer and month of the relationship; `bank.leads` lists prospects and suspects;
# `city` is the number of bank customers in the whole city, at all banks together.

# %%
status = crm.lifecycle_status(
    bank.months, bank.leads, city, date="month", as_of="2025-12-31", window_days=365
)
status.table

# %% [markdown] lang="en"
# 16,556 people and firms were active at some time in 2025. (1,820 of them left during the year: when it ended, 14,736
# of the city's 118,779 bank customers were here, 12 %.) Another 3,444 were customers before the window, and not since.
# What did the function leave out? It says so:

# %%
status.excluded

# %% [markdown] lang="en"
# 92 leads have become customers: they are counted there, not twice. *(Descriptive. A longer window turns inactive
# people into active ones: always report the window.)*

# %% [markdown] lang="en"
# ## The idea: rank, then cut
#
# The **customer pyramid** ranks the $n$ active customers by what they bring, best first, and cuts the list. The usual
# tiers are **Top** 1 %, **Big** the next 4 %, **Medium** the next 15 %, **Small** the remaining 80 %. How many customers
# stand above a cut? The share above it times the number of customers, rounded up:
#
# $$ k = \lceil c \cdot n \rceil $$
#
# Here $n$ is the number of customers, $c$ the share above the cut (0.01 above the first, 0.05 above the second, 0.20
# above the third), and $\lceil\;\rceil$ means "rounded up to a whole customer". Customers who bring exactly the same are
# never parted: all of them go to the lower tier. (Tiers: Curry & Curry 2000; rounding and ties are this course's rules.)

# %% [markdown] lang="en"
# ### By hand, on eight customers
#
# `bank.years` has one row per customer and year, in yuan. Eight of 2025:

# %%
year_2025 = bank.years[bank.years["year"] == 2025]
eight = year_2025[["customer", "revenue", "profit"]].iloc[75:83].reset_index(drop=True)
eight

# %% [markdown] lang="en"
# Rank them by revenue, and add up what the best ones bring.

# %%
ranked = eight.sort_values("revenue", ascending=False)
ranked["rank"] = range(1, 9)
ranked["share"] = ranked["revenue"] / ranked["revenue"].sum()
ranked["together"] = ranked["share"].cumsum()
ranked

# %% [markdown] lang="en"
# The best customer brings 39 % of the revenue, the best two 71 %. Where do the three cuts fall?

# %%
import math

[math.ceil(c * 8) for c in (0.01, 0.05, 0.20)]  # ceil rounds up

# %% [markdown] lang="en"
# Behind places 1, 1 and 2: one customer is Top, none is Big, one is Medium, six are Small. Now look at *profit*: the
# best customer by revenue **loses** the bank ¥1,306. Its ¥2,702 of revenue do not pay for service (¥2,103) and expected
# credit losses (¥1,881); its share of overhead is ¥24. Keep that in mind.

# %% [markdown] lang="en"
# ### The same with crmlib

# %%
small_pyramid = crm.customer_pyramid(eight).table
small_pyramid.drop(columns=["planned_share", "customer_share", "cumulative_customer_share"])

# %% [markdown] lang="en"
# The same numbers in one call. `threshold` is the smallest revenue in the tier. An empty tier has none: `NaN`, *not a
# number*.

# %% [markdown] lang="en"
# ### The whole bank

# %%
pyramid = crm.customer_pyramid(year_2025, "revenue")
pyramid.table[["tier", "customers", "customer_share", "value", "value_share", "threshold"]]

# %%
ax = crm.show.plot_pyramid(pyramid.table, "revenue")

# %% [markdown] lang="en"
# 166 customers, one in a hundred, bring 24 % of the revenue; to be among them takes ¥23,756 a year. The 13,244 Small
# ones together bring 18 %.

# %% [markdown] lang="en"
# ### Ranked by what?
#
# Banks often rank by deposits, or by the number of products a customer holds: both are known at once, profit is not.
# Do they find the same people?

# %%
december = bank.months.loc[bank.months["month"] == "2025-12-01", ["customer", "deposits_end"]]
measures = year_2025.merge(december, how="left", on="customer")
top_by_profit = set(measures.nlargest(166, "profit")["customer"])
for measure in ["revenue", "deposits_end", "products"]:
    both = top_by_profit & set(measures.nlargest(166, measure)["customer"])
    print(f"166 best by {measure:12}: {len(both):3} of them are among the 166 best by profit")

# %% [markdown] lang="en"
# Revenue agrees with profit on 115 of 166 names, deposits on 80, the number of products on 6 (so many are tied there
# that the order of the rows decides). Lesson 12 comes back to deposits.

# %% [markdown] lang="en"
# ## How concentrated is it?
#
# Two curves show it. The **Lorenz curve** (Lorenz 1905) adds up revenue from the smallest customer to the largest. The
# **Gini coefficient** is twice the area between it and the line of equality,
#
# $$ G = \frac{2 \sum_{i=1}^{n} i\, x_i}{n \sum_{i=1}^{n} x_i} - \frac{n + 1}{n} $$
#
# with the revenues $x_i$ (in yuan) in rising order: 0 if all are equal, close to 1 if one has everything, without a
# unit. (The index is Gini's, 1912; he linked it to the curve two years later.)

# %%
curve = crm.lorenz_curve(year_2025, "revenue")
gini = crm.gini(year_2025, "revenue")
ax = crm.show.plot_lorenz(curve, gini)

# %% [markdown] lang="en"
# The top 20 % of customers bring 82 % of the revenue: here "80/20" holds almost to the letter. Hold your applause
# until the section *Where it breaks*.

# %% [markdown] lang="en"
# ### Profit needs another curve
#
# Profit can be negative, and then Lorenz and Gini say nonsense. The **whale curve** adds up profit from the *best*
# customer down (Cooper & Kaplan 1991).

# %%
whale = crm.whale_curve(year_2025, "profit")
ax = crm.show.plot_whale(whale.curve)

# %%
whale.deciles.assign(profit=whale.deciles["profit"] / 1e6)

# %% [markdown] lang="en"
# Each row is a tenth of the customers (*decile*), profit in ¥ million. The best tenth alone brings 168 % of the
# bank's profit. The worst tenth loses ¥9.32 million, more than the whole bank earns (¥7.78 million).

# %% [markdown] lang="en"
# ### Two claims that textbooks repeat
#
# | claim | these data |
# |---|---|
# | 20 % of customers bring 80 % of the value | 82 % of revenue |
# | 20 % of customers hold 90 % of profit | **201 %** of profit |
#
# The second claim is told in textbooks as the finding of "a study of banks", without a name; we could not find the
# study. Unlike the first, it is not bounded by 100 %: whatever some customers lose, others must bring on top. More than
# 100 % is normal once costs are traced to customers. *(Descriptive.)*

# %% [markdown] lang="en"
# ### Fixed amounts instead of ranks
#
# Banks also name *key accounts* by fixed amounts of assets held with them: ¥200,000, ¥300,000. `money_cuts` does
# that.

# %%
assets = bank.wallets.query("year == 2025")
names = ("¥300,000 or more", "¥200,000 or more", "less")
key = crm.customer_pyramid(assets, "assets_here", money_cuts=(300_000, 200_000), names=names)
key.table[["tier", "customers", "customer_share", "value_share"]]

# %% [markdown] lang="en"
# 1,212 customers, 8 %, hold 75 % of the assets. With ranks the share of customers is given and the threshold follows;
# with fixed amounts it is the other way round. Which one you want depends on the question, as the next pages show.

# %% [markdown] lang="en"
# ## Explore
#
# Rank by another measure, over another window, at another company; move the cuts.
#
# - Rank Harbour Bank by **profit**. What does the Small tier bring?
# - Rank by **products**. Compare *planned* and *realised* in the table: where did the Top customers go?
# - Press *Reset*, then take the longest **window**. Does the top 20 % bring more, or less?
# - *Reset* again, and switch to **Delta Power**. How many customers bring most of its revenue?
#
# *(Reading without running it? The first figure of this lesson is where the explorer starts.)*

# %% [markdown] lang="en"
# The next cell only prepares: for both companies and three windows, one row per customer.

# %%
stocks = assets[["customer", "assets_here"]].rename(columns={"assets_here": "assets"})
flows = {"revenue": "sum", "profit": "sum", "products": "last"}
kwh = crm.load_utility().bills.rename(columns={"amount": "revenue"})
kwh["kwh"] = kwh[["kwh_peak", "kwh_flat", "kwh_valley"]].sum(axis=1)
values = {"Harbour Bank": {}, "Delta Power": {}}
for window, first in {"2023 to 2025": 2023, "2024 and 2025": 2024, "2025": 2025}.items():
    by_customer = bank.years[bank.years["year"] >= first].groupby("customer", as_index=False)
    values["Harbour Bank"][window] = by_customer.agg(flows).merge(stocks, how="left")
    by_customer = kwh[kwh["month"].dt.year >= first].groupby("customer", as_index=False)
    values["Delta Power"][window] = by_customer[["revenue", "kwh"]].sum()

# %% tags=["nbval-ignore-output"]
crm.show.explore_pyramid(values, tallies=["products", "kwh"])

# %% [markdown] lang="en"
# You should have seen: by profit, the Small tier loses a little more than the whole bank earns (−101 %). By products,
# whole groups are tied, so that Top shrinks to half of what was planned: nobody can say who is first among equals. A
# longer window makes the top 20 % a little heavier (82 to 83 %): it adds people who came and went, mostly small ones.
# And 134 customers bring 69 % of Delta Power's revenue.

# %% [markdown] lang="en"
# ## Three strategies: add, move up, keep
#
# A pyramid grows in three ways (Curry & Curry 2000): **add** customers, **upgrade** those you have, **keep** them. A
# migration table counts who moved between two years.

# %%
year_2024 = bank.years[bank.years["year"] == 2024]
moved = crm.tier_migration(year_2024, year_2025, "revenue")
moved.matrix

# %% [markdown] lang="en"
# Rows are tiers in 2024, columns in 2025. Of 158 Top customers 113 stayed Top, 43 fell, 2 left. And in money?

# %%
moved.table

# %%
ax = crm.show.plot_migration(moved.table, "revenue")

# %% [markdown] lang="en"
# Adding customers brought ¥2.1 million and moving up ¥3.3 million; falling and leaving cost ¥3.4 million; those who
# stayed in their tier added ¥2.0 million. One growth figure, ¥4.0 million, hides them all.

# %% [markdown] lang="en"
# ### How close was your guess?
#
# Now let everybody grow by 20 %.

# %%
grown = year_2025.assign(revenue=1.2 * year_2025["revenue"])
cuts_2025 = pyramid.table["threshold"].iloc[:3].tolist()
by_rank = crm.tier_migration(year_2025, grown).customers["move"]
by_money = crm.tier_migration(year_2025, grown, money_cuts=cuts_2025).customers["move"]
print("by rank:         you said", guess_up_by_rank, "- the data say", (by_rank == "up").sum())
print("by fixed amount: you said", guess_up_by_money, "- the data say", (by_money == "up").sum())

# %% [markdown] lang="en"
# By rank **nobody** moves: the order is the same. By fixed amounts 736 do. Among the same customers, tiers cut by
# rank are *zero-sum*: one can only rise if another falls (lost and new customers open places). A bonus for "customers
# moved up" measured by rank pays for nothing but shuffling.

# %% [markdown] lang="en"
# ### Last year's best fall behind by themselves
#
# Pick the best 1 % of 2024, of 2025, and of both years' average, among the customers of both years.

# %%
best = crm.regression_to_the_mean(year_2024, year_2025, top=0.01)
best["growth in %"] = 100 * best["growth"]
best[["picked_by", "customers", "mean_before", "mean_after", "growth in %"]]

# %% [markdown] lang="en"
# Picked in 2024 they *lost* 0.4 %, while everyone grew by 11 %. Picked in 2025 they "grew" by 27 %. Neither is a fair
# forecast: a customer is on top partly by a lucky year, and luck does not come back. That is **regression to the mean**
# (Galton 1886 saw it first, and explained it otherwise). The average of two years favours neither: plus 15 %.
# *(Descriptive: no call, adviser or discount did this. Whoever rewards a programme for it pays for chance.)*

# %% [markdown] lang="en"
# ## And the market?
#
# Market share compares assets, customer share counts heads, share of wallet looks at our own customers. Another share
# asks: of the city's **high-value** customers (¥300,000 or more at all banks together), how many are with us?

# %%
shares = crm.market_share_of_high_value(bank.market, "Harbour Bank", bank.wallets)
in_percent = 100 * shares.set_index("year")
in_percent[["high_value_share", "customer_share", "market_share", "share_of_wallet"]]

# %% [markdown] lang="en"
# In %: of the city's high-value customers the bank had 15.08 % in 2024 and 13.75 % in 2025. In heads:

# %%
heads = shares.set_index("year").loc[[2024, 2025]].round().astype(int)
heads[["high_value_customers", "change", "change_by_market", "change_by_share"]]

# %% [markdown] lang="en"
# In 2025 the bank has 216 more high-value customers and still lost ground: the market's swing alone would have
# brought 489, and the falling share took 273 away. A rising market hid it.

# %% [markdown] lang="en"
# What if the market turns, and every customer's wallet shrinks by 20 %?

# %%
crm.high_value_under_swing(assets, 300_000, swings=[-0.2, -0.1, 0.0, 0.1])

# %% [markdown] lang="en"
# After a fall of 20 %, 373 of 2,805 are below the line: 13 %. The further above the line its customers stand, the
# better a bank is cushioned: a reason to deepen relations before the storm. *(A what-if, not a forecast.)*

# %% [markdown] lang="en"
# ## The decision on Friday
#
# Ms Zhao's list may hold 166 names. Her candidates are the customers who are there on New Year's Eve: who never left,
# or left and came back. `contribution` is profit before overhead (¥24 a customer and year): what the bank loses if the
# customer goes, since overhead stays.

# %%
people = bank.customers
came_back = people["returned"].notna() & people["left_again"].isna()
here = people.loc[people["left"].isna() | came_back, ["customer"]]
candidates = here.merge(december).merge(year_2025[["customer", "revenue"]])
len(candidates)

# %% [markdown] lang="en"
# Five rules: deposits, revenue, and the average contribution of the last year, of two years, of three.

# %%
for years in (1, 2, 3):
    past = bank.years[bank.years["year"] > 2025 - years].groupby("customer", as_index=False)
    average = past["contribution"].mean().rename(columns={"contribution": f"contribution_{years}"})
    candidates = candidates.merge(average)

# %%
rules = ["deposits_end", "revenue", "contribution_1", "contribution_2", "contribution_3"]
for rule in rules:
    brought = candidates.nlargest(166, rule)["contribution_2"]
    print(f"by {rule:14}: ¥{brought.sum() / 1e6:.1f} million a year, {(brought < 0).sum()} lose money")

# %% [markdown] lang="en"
# Her answer: **rank by the average contribution of two years.** The same 166 places then cover customers who bring
# ¥4.5 million a year, against ¥2.4 million on the branches' list by deposits, on which 28 names cost more than they
# bring. Nearly all of the gain comes from the *measure*: contribution of one year alone covers ¥4.4 million. The window
# is the smaller choice. (No wonder that two years win: the lists are judged here by two years. The section *How close
# did we get?* judges them by the future.) 17 of the 166 came in 2025: their average is one year.
#
# *Covered* is not *saved*. An adviser costs the bank about ¥1,200 a customer and year, ¥0.2 million for 166, and earns
# it only from those who would have left without one. How many that are, and whether an adviser keeps them, no table of
# this lesson can tell: the customers with advisers today were picked, not drawn. Lesson 09 asks who is about to leave,
# and reads an experiment.

# %% [markdown] lang="en"
# ## Where it breaks
#
# - **The window decides.** In the bank's investment shop people buy now and then. How much do its top 20 % bring?

# %%
for first in ["2025-12-01", "2025-01-01", "2023-01-01"]:
    log = bank.purchases.rename(columns={"amount": "revenue"})
    buyers = crm.customer_summary(log, start=first, as_of="2025-12-31").customers
    share = crm.top_share(buyers, 0.2)
    print(f"since {first}: {len(buyers):5,} buyers, the top 20 % bring {share:.0%}")

# %% [markdown] lang="en"
# - **"80/20" is not a law.** From 49 % to 62 % with the window, in the same shop. Field studies find about 73 % in
#   packaged goods (Kim, Singh & Winer 2017), and 67 % across 339 other firms: 59 % in those that sell subscriptions,
#   68 % in the rest (McCarthy & Winer 2019). Sharp, Romaniuk and Graham (2019) report not much more than half, and that
#   half of a year's heaviest fifth are not in it next year. They conclude that it would be foolish to ignore light
#   buyers: the opposite of this lesson's case.
# - **The measure decides.** Revenue, deposits and profit name different people.
# - **A past year is not the future.** What a customer will still bring is lesson 03.
# - **Profit per customer depends on cost rules.** Visits, calls and credit losses are traced to the customer here,
#   overhead is shared out by head. Few firms know that much.

# %% [markdown] lang="en"
# ## How close did we get?
#
# Simulated data have an answer book: what each customer will *truly* still bring, today's value of all future
# contribution.

# %%
truth = bank.truth.tables["people"][["customer", "residual_value"]]
future = candidates.merge(truth)
possible = future["residual_value"].nlargest(166).sum()
for rule in rules:
    caught = future.nlargest(166, rule)["residual_value"].sum() / possible
    print(f"by {rule:14}: {caught:.0%} of what the best possible list holds")

# %% [markdown] lang="en"
# Deposits catch 51 % of what can be caught, one year's contribution 92 %, two years' 95 %, three years' 97 %. The measure
# is worth 41 points, a longer window a few. But remember: simulated data echo what was put in. That contribution *lasts*
# was put in; where customers change faster, a long average would be stale.

# %% [markdown] lang="en"
# ## Your own company
#
# Any purchase log will do: customer, date, amount. Exports are messy, so `read_transactions` says what it understood
# and sets aside what it cannot use. With a file of your own, put it into the folder of this notebook (`my-work`) and
# write its name instead of `export`: `crm.read_transactions("sales.xlsx")`.

# %%
import io

export = io.StringIO("""Export of 31.12.2025
Client;Datum;Umsatz
A17;03.02.2025;1.234,56
A17;14.05.2025;-99,90
B02;28.11.2025;310,00
B02;28.11.2025;310,00
;30.11.2025;45,00
Total;;1.799,66
""")
own = crm.read_transactions(export, customer="Client")
own

# %%
summary = crm.customer_summary(own.transactions)
summary.customers[["customer", "revenue", "refunded", "days_since_last", "days_first_to_last"]]

# %% [markdown] lang="en"
# Two kinds of *recency*, kept apart: days since the last purchase (as in scores of recency, frequency and money,
# RFM), and days from first to last purchase (as in the models of lesson 03). From here on everything above works:
# `crm.customer_pyramid(summary.customers, "revenue")`.

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("02")

# %% [markdown] lang="en"
# Then try these:
#
# 1. A colleague reports: "We moved 836 customers up a tier." Which question do you ask first?
# 2. Modify: cut the bank at Top 2 %, Big 8 %, Medium 20 %, Small 70 %. *(Hint: `cuts=(0.02, ...)`.)* What does Top
#    bring now?
# 3. Make: which branch has the most Top customers? *(Start from `pyramid.customers.merge(bank.customers)`.)*
#
# <details><summary>Answers</summary>
#
# 1. By rank or by fixed amounts? By rank as many fall through each cut as rise through it, among customers of both
#    years.
# 2. 34 %: `crm.customer_pyramid(year_2025, cuts=(0.02, 0.08, 0.20, 0.70))`.
# 3. `.query("tier == 'Top'")["branch"].value_counts()`: branch 10, with 11. Larger branches have more; divide by
#    customers before you praise.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - First say who counts as a customer, and in which window. Then rank.
# - The measure decides whom you see. Rank by what you would lose.
# - Profit is more than 100 % concentrated. Lorenz and Gini are for amounts that cannot be negative; for profit, the
#   whale curve.
# - Tiers by rank are zero-sum among the same customers; fixed amounts show growth. Last year's best fall behind by
#   themselves.
#
# | term | 中文 | meaning |
# |---|---|---|
# | customer pyramid | 客户金字塔 | active customers ranked by value and cut into tiers |
# | tier | 层级 | a part of the pyramid: Top, Big, Medium, Small |
# | active, inactive customer | 活跃客户, 不活跃客户 | bought within the window; only before it |
# | prospect, suspect | 潜在客户, 观望客户 | in touch but no purchase; could be served, never in touch |
# | key account | 大客户 | a customer whose loss would show in the result |
# | Lorenz curve, Gini | 洛伦兹曲线, 基尼系数 | how unequally an amount is spread |
# | whale curve | 鲸鱼曲线 | profit added up from the best customer down |
# | regression to the mean | 均值回归 | the extreme of one year is less extreme in the next |
# | share of high-value customers | 高价值客户占有率 | our part of the market's high-value customers |
#
# **References.** Cooper, R., & Kaplan, R. S. (1991). Profit priorities from activity-based costing. *Harvard Business
# Review*, 69(3). · Curry, J., & Curry, A. (2000). *The Customer Marketing Method*. Free Press. · Galton, F. (1886).
# Regression towards mediocrity in hereditary stature. · Gini, C. (1912). *Variabilità e mutabilità*. · Kim, B. J.,
# Singh, V., & Winer, R. S. (2017). The Pareto rule for frequently purchased packaged goods. *Marketing Letters*, 28. ·
# Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. · McCarthy, D. M., & Winer, R. S. (2019). The
# Pareto rule in marketing revisited: is it 80/20 or 70/20? *Marketing Letters*, 30. · Sharp, B., Romaniuk, J., &
# Graham, C. (2019). Marketing's 60/20 Pareto law. Working paper. *(What of each work was read:
# [bibliography](93_bibliography.ipynb).)*
#
# **Exercise:** [02](exercises/02_customer_pyramid.ipynb), with a bank of your own. **Next:** 03, what a customer will
# still bring.
