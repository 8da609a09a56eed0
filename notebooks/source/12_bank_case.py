# ---
# jupyter:
#   crm:
#     concepts: [B5.1, B5.2, B5.3, C10]
#     minutes: 120
#     title: "Bank case: key accounts"
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 12 · Bank case: key accounts
#
# **Who are the key accounts, and what shall their managers be paid for?**
#
# *About 120 minutes. Before it: [02 The customer pyramid](02_customer_pyramid.ipynb) and
# [03 Customer value](03_customer_value.ipynb).*
#
# After this lesson you can
#
# - **show** what a target for deposits does to month ends, to rates and to the margin
# - **build** a score of several criteria in the open, and **test** how much hangs on its weights
# - **judge** a list of key accounts by what it brought a year later, against plain lists
# - **tell** existing key accounts from potential ones
# - **compute** the break-even of a VIP programme, and **defend** whom to admit

# %% [markdown] lang="en"
# ## The case: forty places
#
# *Two pages to read before class; instructors have them as a handout to print. The people are roles, the bank is
# simulated.*
#
# **Monday, 12 January 2026.** On Friday the board of **Harbour Bank** votes on three papers. The director of private and
# business clients has five days to say how she would vote, and why.
#
# *A key account (大客户) is a customer of strategic weight for the bank.* Harbour Bank has never said who that is. Its
# two rivals draw a line at assets of ¥200,000 and of ¥300,000; whoever is above it gets a golden card.
#
# The **head of branches** is content. Each of the 36 branch managers has a target for deposits, counted on the last day of the month,
# and a bonus for reaching it. "Deposits are what a bank lives on. Everybody understands the number, and it grows."
#
# The **finance director** is not. "We pay 2.06 % a year for that money inside the house: the treasury's *transfer price*,
# what a yuan of deposits is worth to the bank as a whole. The list rate for customers is 0.52 %. So a yuan of deposits
# should bring 1.54 fen a year. I do not find them."

# %%
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
bank = crm.load_bank(tables=["customers", "branches", "months", "years", "rates", "wallets", "bonds"])

# %% [markdown] lang="en"
# **Exhibit 1.** The bank, in ¥ million. Deposits twice: mean of all days, and mean of the month ends.

# %%
money = ["revenue", "contribution", "profit"]
months = bank.months.groupby("month")[["deposits_average", "deposits_end"]].sum()
deposits = months.groupby(months.index.year).mean()
deposits.columns = ["all days", "month ends"]
exhibit_1 = deposits.join(bank.years.groupby("year")[money].sum()) / 1e6
exhibit_1.rename_axis("year")

# %% [markdown] lang="en"
# *Contribution* is revenue − expected credit loss − cost to serve; *profit* is contribution − overhead (lesson 02).
#
# A **branch manager**, in the corridor: "My target counts on one day of the month. On the 28th I call the people with money."
# And: "Of course I can do something about the rate, for somebody with a million. The other two banks would."
#
# **Exhibit 2.** The ten largest depositors of 2025. Deposits in ¥ million, the others in ¥ thousand.

# %%
last = bank.years.query("year == 2025").merge(bank.customers[["customer", "kind", "branch"]])
largest = last.nlargest(10, "deposits_average").set_index("customer")
exhibit_2 = largest[money] / 1e3
exhibit_2.insert(0, "deposits", largest["deposits_average"] / 1e6)
exhibit_2.insert(1, "rate in %", 100 * largest["paid_rate"])
exhibit_2

# %% [markdown] lang="en"
# **Paper 1: forty places.** Four key-account managers will look after ten accounts each. Which forty? A **committee** of
# branches, marketing and finance could not agree on one measure and gave weights to four: contribution 0.4, deposits 0.2,
# money at other banks 0.2, products held 0.2. The head of branches asks why not simply the forty largest depositors.
#
# **Exhibit 3.** Two lines. *Existing* key accounts have that much here; *potential* ones have it, but at all banks together.
# Money in ¥ million; what customers have at other banks comes from the credit bureau. Customers of 31 December 2025 who never left.

# %%
stayed = bank.customers.loc[bank.customers["left"].isna(), "customer"]
known = last[last["customer"].isin(stayed)].merge(bank.wallets.query("year == 2025"))
known["elsewhere"] = known["wallet"] - known["assets_here"]
tables = {line: crm.account_kinds(known, line=line).table for line in (200_000, 300_000)}
exhibit_3 = pd.concat(tables, names=["line"]).set_index("kind", append=True).droplevel(1)
exhibit_3 = exhibit_3[["customers", "assets_here", "elsewhere"]]
exhibit_3[["assets_here", "elsewhere"]] /= 1e6
exhibit_3

# %% [markdown] lang="en"
# **Paper 2: the target.** Shall deposits at month end remain what managers are paid for? The **head of staff**: "Take the
# goal away and nobody runs. Give them three goals and they run after the easiest."
#
# **Paper 3: Harbour Gold.** The **head of marketing** wants an adviser for every private customer with ¥300,000 here. "It
# costs ¥1,200 a member and year. Clients with an adviser leave less. It pays for itself."
#
# **Exhibit 4.** Private customers with ¥300,000 or more here, at the end of 2025: per customer and year, in yuan.

# %%
advisers = bank.bonds.query("bond == 'adviser' and since < '2026-01-01'")["customer"]
gold = known[(known["kind"] == "personal") & (known["assets_here"] >= 300_000)].copy()
gold["adviser"] = gold["customer"].isin(advisers)
parts = ["revenue", "expected_loss", "cost_to_serve", "contribution"]
exhibit_4 = gold.groupby("adviser")[parts].mean()
exhibit_4.insert(0, "customers", gold["adviser"].value_counts())
exhibit_4

# %% [markdown] lang="en"
# **By Friday:** (1) Which forty? (2) What shall managers be paid for? (3) Harbour Gold: for all, for some, for nobody?
#
# ## Predict first
#
# Take the forty accounts with the most deposits in 2025, and the forty with the most profit. How many are on both lists?

# %%
guess = 30

# %% [markdown] lang="en"
# ## Deposits as the staff's own target
#
# Existing key accounts are usually judged by what they have deposited, since deposits are what the staff is judged by.
# Three people have three interests: the customer wants a high rate, the manager a full target, the bank a margin.
# Economists call it a **principal-agent problem**: the bank (principal) wants profit and pays the manager (agent) for
# something else that it can count. Two laws say what follows:
#
# - **Goodhart's law**: a measure that becomes a target stops being a good measure.
# - **Campbell's law**: the more a number decides, the more it will be bent, and the work with it.
#
# Both can be tested here. First, the **month end**. For each manager and month:
#
# $$ \text{lift} = \frac{D_\text{end}}{D_\text{days}} - 1 $$
#
# with the deposits on the last day $D_\text{end}$ and the mean of all days $D_\text{days}$ (yuan). Nothing in a
# customer's life is special about the last day, except, at times, pay day.

# %%
home = bank.customers[["customer", "branch"]].merge(bank.branches[["branch", "manager"]])
books = bank.months.query("month >= '2025-01-01'").merge(home)
lift = crm.month_end_lift(books)
lift.loc[[0, 15, 16, 35], ["manager", "lift", "low", "high", "flagged"]]

# %%
ax = crm.show.plot_month_end(lift)

# %% [markdown] lang="en"
# There is nothing between the two groups. For **16** of the 36 managers the last day has 20 % more than the mean of all
# days (by manager 19.1 to 21.0 %); for the other 20 the lift is −0.7 to 1.1 %. *(Descriptive. The numbers show a habit;
# they do not show who calls whom.)*
#
# Who reached the target, by month end and by the mean of the days of December 2025?

# %%
december = books[books["month"] == "2025-12-01"].groupby("manager")
december = december[["deposits_end", "deposits_average"]].sum().reset_index()
december = december.merge(bank.branches[["manager", "deposit_target"]])
december = december.merge(lift[["manager", "flagged"]])
december["by month end"] = december["deposits_end"] >= december["deposit_target"]
december["by all days"] = december["deposits_average"] >= december["deposit_target"]
december.groupby("flagged")[["by month end", "by all days"]].sum()

# %% [markdown] lang="en"
# All 16 with the habit reach the target, and 2 of the 20 without it. Counted by all days it would be 7 and 2. The
# bonus pays for the habit. And the bank? It lends out money for days: what comes for a night earns a night's margin.

# %% [markdown] lang="en"
# ### Private deals, by hand on eight accounts
#
# Second, the **rate**. A deposit's margin is what the treasury gives for it, less what the customer gets:
#
# $$ \text{margin} = D \cdot (t - i) $$
#
# with deposits $D$ (yuan, mean of the year), transfer price $t$ and rate $i$ (shares a year). The eight largest:

# %%
price = bank.rates.query("month >= '2025-01-01'")["transfer_price"].mean()
columns = ["customer", "deposits_average", "list_rate", "paid_rate", "profit"]
eight = last.nlargest(8, "deposits_average")[columns].reset_index(drop=True)
eight["at_list"] = eight["deposits_average"] * (price - eight["list_rate"])
eight["paid"] = eight["deposits_average"] * (price - eight["paid_rate"])
eight["deal"] = eight["at_list"] - eight["paid"]
eight[["customer", "deposits_average", "at_list", "deal", "paid", "profit"]]

# %% [markdown] lang="en"
# All eight have a deal. At the list rate they would bring ¥1.38 million of margin; the deals take ¥1.08 million of it.
# (Profit has their loans, fees and costs in it as well.)
#
# ### The same with crmlib, and the whole bank

# %%
crm.rate_deals(eight.assign(months=12), transfer_price=price).customers.head(2)

# %%
deals = crm.rate_deals(last, transfer_price=price)
columns = ["rate", "accounts", "deposits_share", "margin_at_list", "deal_cost", "margin_paid"]
deals.table[columns]

# %%
ax = crm.show.plot_deals(deals.table)

# %% [markdown] lang="en"
# A rate more than 0.2 points above the list counts as a deal. (Smaller differences, ¥252,297 in all, are in the row *list
# rate*.) 1,091 accounts, one in fifteen, have one: 1.1 to 1.4 points above the list. They hold **51 %** of the deposits. At
# the list rate these would bring a margin of ¥10.16 million a year. The deals take **¥8.32 million** of it, and ¥1.84 million
# is left. The bank's whole profit was ¥7.78 million: the finance director has found her yuan.
#
# Who grants deals? Accounts with a deal in %, by deposits (¥ thousand; `(0, 50]` is more than 0, up to 50), and by the manager's
# habit at month end:

# %%
who = last.merge(deals.customers[["customer", "deal"]])
who = who.merge(home).merge(lift[["manager", "flagged"]])
borders = [0, 50, 200, 500, 1_000, 100_000]
who["deposits"] = pd.cut(who["deposits_average"] / 1_000, borders)
100 * who.pivot_table(index="deposits", columns="flagged", values="deal", observed=True)

# %% [markdown] lang="en"
# The more deposits, the more deals; and in each row the managers with the habit grant more of them: 51 against 25 % between
# ¥200,000 and ¥500,000. *(Descriptive. Managers were not given targets by lot; large accounts may ask more. But one motive,
# the target, would produce both columns.)*
#
# Would these deposits have left at the list rate? **These data cannot tell**: no deal was ended by lot. What can be
# computed is how much of the money may leave before the bank loses:
#
# $$ (1 - \text{share that leaves}) \cdot 10.16 > 1.84 $$
#
# so up to **82 %** of it. Who takes the deposits away takes fees and loans along. The whole contribution of these accounts is ¥2.04
# million; counted with it, the limit is **80 %**. And money is not heads:

# %%
dealt = deals.customers[deals.customers["deal"]].merge(last[["customer", "contribution"]])
largest_first = dealt["margin_at_list"].sort_values(ascending=False)
for accounts in [40, 100, 1_091]:
    part = largest_first.head(accounts).sum() / largest_first.sum()
    print(f"{accounts} accounts: {part:.0%} of the margin at the list rate")

# %% [markdown] lang="en"
# **Half of the money is a hundred accounts**: they hold 51 % of this margin, forty of them 31 %. "Half leaves" may be a hundred
# customers, whom one can ask.

# %% [markdown] lang="en"
# ### Now the prediction

# %%
measures = ["deposits_average", "revenue", "profit"]
overlap = crm.ranking_overlap(last, measures, top=40)
overlap.rename(columns={"by_chance": "accounts by chance"})

# %%
shared = overlap.set_index(["first", "second"]).loc[("deposits_average", "profit"), "both"]
print(f"you said {guess}, and {shared:.0f} of 40 are on both lists")
lists = {name: who.nlargest(40, name) for name in ["deposits_average", "profit"]}
two = pd.DataFrame({name: rows[measures].sum() / 1e6 for name, rows in lists.items()}).T
two["lose money"] = [(rows["profit"] < 0).sum() for rows in lists.values()]
two["have a deal"] = [rows["deal"].sum() for rows in lists.values()]
two

# %% [markdown] lang="en"
# **16** of 40: under half, though far more than the 0.1 accounts that chance would give. The forty by deposits bring
# ¥1.16 million of profit, the forty by profit ¥2.36 million, with fewer deposits. Of the forty largest depositors 37 have a
# deal and 8 lose money. *(Descriptive. Profit of the same year is what we want to find, so the list by profit is best by
# definition. The fair contest comes below: lists first, money later.)*

# %% [markdown] lang="en"
# ## A score of several criteria
#
# Deposits alone mislead; but which measure should it be? A committee's answer is a **score**:
#
# $$ \text{score}_i = \sum_k w_k \, p_{ik}, \qquad \sum_k w_k = 1 $$
#
# with weights $w_k$ (no unit) and parts $p_{ik}$, customer $i$'s place on criterion $k$ from 0 (lowest) to 1 (highest). Yuan and
# products must first be brought to one scale. **By rank**: (rank − 1) / (customers − 1), the share of the others who have
# less.
#
# ### By hand on the eight largest depositors
#
# Contribution with weight 0.6, money elsewhere with 0.4:

# %%
some = known[known["customer"].isin(eight["customer"])]
some = some[["customer", "contribution", "elsewhere"]].copy()
some["part c"] = (some["contribution"].rank() - 1) / 7
some["part e"] = (some["elsewhere"].rank() - 1) / 7
some["score"] = 0.6 * some["part c"] + 0.4 * some["part e"]
some.sort_values("score", ascending=False)

# %%
same = crm.account_scores(some, {"contribution": 0.6, "elsewhere": 0.4}, top=3).customers
same.sort_values("score", ascending=False).head(3)

# %% [markdown] lang="en"
# The second and the third show what ranks do: ¥109,280 against ¥88,580 of contribution is two places, ¥38 against ¥129
# million elsewhere is three. Both end at 0.69.
#
# ### The committee's score, a year ago
#
# To judge a score, one needs what came *after* it. So we go back to 31 December 2024, score with what was known then, and
# look at 2025. Who left on the way counts with what he still brought.


# %%
def accounts_of(company, year):
    rows = company.years.query("year == @year").merge(company.wallets.query("year == @year"))
    rows = rows.merge(company.customers[["customer", "kind", "left"]])
    rows = rows[~(rows["left"] <= f"{year}-12-31")].reset_index(drop=True)
    rows["elsewhere"] = rows["wallet"] - rows["assets_here"]
    after = company.years.query("year == @year + 1").set_index("customer")["contribution"]
    rows["next_year"] = rows["customer"].map(after).fillna(0.0)
    return rows


before = accounts_of(bank, 2024)

# %%
committee = {"contribution": 0.4, "deposits_average": 0.2, "elsewhere": 0.2, "products": 0.2}
scored = crm.account_scores(before, committee, top=40)
before["committee"] = scored.customers["score"]
scored.table[["criterion", "weight", "median", "highest", "part_listed"]]

# %% [markdown] lang="en"
# Who is listed is high on *everything*: the mean part of the forty is 0.95 or more on each criterion. And ¥138,283 of
# contribution is the part 1.00, ¥30,000 is 0.997: nearly the same. That is the price of ranks.
#
# ### How much hangs on the weights?
#
# Move one weight by a tenth, the others in proportion. How many of the forty stay?

# %%
names = {"deposits_average": "deposits", "committee": "committee's score"}
names |= {"elsewhere": "money elsewhere"}
moved = crm.weight_sensitivity(before, committee, move=0.1, top=40)
ax = crm.show.plot_weight_moves(moved.table, names)

# %%
always = (moved.customers["lists"] == 9).sum()
by_range = crm.account_scores(before, committee, scale="range")
before["by range"] = by_range.customers["score"]
scales = crm.ranking_overlap(before, ["committee", "by range"], top=40)
print(f"on all nine lists: {always}; by rank and by range: {scales['both'].iloc[0]} of 40")

# %% [markdown] lang="en"
# Between 29 and 37 stay; only **21** of 40 are on all nine lists. The largest choice was none that the committee argued
# about: with parts **by range**, (value − lowest) / (highest − lowest), the same weights give a list that shares **17** of 40.
# Whoever says "objective score" should show both.

# %% [markdown] lang="en"
# ### Judged by 2025
#
# The baselines are lists that need no committee: deposits, revenue, and the contribution of the year before.

# %%
ways = ["deposits_average", "revenue", "committee", "contribution"]
judged = crm.judge_lists(before, ways, "next_year", top=40)
judged[["list", "total", "shared_with_best", "difference", "low", "high"]].round()

# %%
ax = crm.show.plot_account_lists(judged, names)

# %% [markdown] lang="en"
# The committee's forty brought ¥1.27 million in 2025, the forty by deposits ¥1.16 million. So far so good: a score beats
# deposits. But the forty by **last year's contribution** brought **¥1.69 million**, 73 % of what hindsight could have picked.
# Revenue is worst, ¥0.85 million: it knows no cost. The interval of the difference to deposits is −0.40 to 0.63 for the
# committee and 0.05 to 1.01 for contribution (¥ million): forty accounts are few, and a handful of giants decides.
# *(Predictive: lists of 2024, money of 2025. A list finds money; that care for these accounts would bring more is another
# claim.)*

# %% [markdown] lang="en"
# ## Explore
#
# Give points to the four criteria; a weight is a share of all points. The lists are made from 2023 and judged by 2024.
#
# - Give all points to **deposits**, then to **products**, then to **contribution**. Which single criterion is best?
# - Find the points with the best result in 2024. Write them down. *Then* choose **lists made from 2024**. Are they still ahead?
# - Switch **parts by** range with the committee's points. What changes on the right?
#
# *(Reading without running it? The static figure above, the bars of five lists, shows the committee's points for 2024.)*

# %%
both = pd.concat([accounts_of(bank, 2023), before])

# %% tags=["nbval-ignore-output"]
crm.show.explore_accounts(both, committee, names)

# %% [markdown] lang="en"
# You should have seen: contribution alone brings ¥1.45 million in 2024, deposits alone ¥0.57 million, the committee ¥1.04
# million. With 8 points for contribution and 2 for money elsewhere it is ¥1.51 million, a little more; and in 2025 ¥1.78
# against ¥1.69 million. A discovery?
#
# ### In eight other banks
#
# We tuned on one bank. Eight other simulated banks, a tenth as large, twenty places each; what the lists brought in 2025, in
# ¥ thousand:


# %%
def one_bank(seed):
    rows = accounts_of(crm.simulate_bank(customers=2_000, seed=seed), 2024)
    rows["committee"] = crm.account_scores(rows, committee, top=20).customers["score"]
    rows["tuned"] = crm.account_scores(rows, tuned, top=20).customers["score"]
    found = crm.judge_lists(rows, [*ways, "tuned"], "next_year", top=20)
    return found.set_index("list")["total"] / 1e3


tuned = {"contribution": 0.8, "elsewhere": 0.2}
others = pd.DataFrame({seed: one_bank(seed) for seed in range(1, 9)}).round(1)
others

# %% [markdown] lang="en"
# The committee beats deposits in 5 of 8 banks; contribution beats deposits in 7 and the committee in all 8. The tuned weights
# beat plain contribution in 2, once by ¥0.1 thousand. They had fitted the giants of one bank. A score is a fine way to *say*
# what one values; to *forecast* money, start with money.

# %% [markdown] lang="en"
# ## Existing and potential key accounts
#
# A list of what is here cannot show what could be. With the wallet, the money at all banks, there are two kinds:
#
# - **existing** (现有大客户): assets here ≥ ¥300,000
# - **potential** (潜在大客户): wallet ≥ ¥300,000, but less than that here
#
# and the *share of wallet* is assets here / wallet.

# %%
kinds = crm.account_kinds(before, line=300_000)
before["kind_of_account"] = kinds.customers["kind"]
kinds.table[["kind", "customers", "assets_share", "elsewhere", "share_of_wallet"]]

# %%
ax = crm.show.plot_account_kinds(before.assign(kind=before["kind_of_account"]))

# %% [markdown] lang="en"
# The picture draws a part of the customers, evenly taken; the numbers in the legend count all. At the end of 2024: 1,118
# existing key accounts, 8 % of the customers, with 74 % of the assets; 1,454 potential ones with ¥759 million elsewhere. A
# surprise: the existing ones have even more elsewhere, ¥3,502 million. The bank holds 27 % of their wallets. With the line at
# ¥200,000 it is 1,559 and 1,687: the name *key account* moves with the line.
#
# Does money elsewhere come of itself? Who had ¥200,000 to ¥300,000 here: how many crossed the line in 2025?

# %%
later = bank.wallets.query("year == 2025").set_index("customer")["assets_here"]
before["crossed"] = before["customer"].map(later) >= 300_000
near = before[before["assets_here"].between(200_000, 299_999)]
near.groupby("kind_of_account", observed=True)["crossed"].agg(["size", "sum", "mean"])

# %% [markdown] lang="en"
# Of those with a large wallet 29 % crossed, of those without 34 %: a difference of −5 points (± 15, with 44 in the second
# row). **These data do not show that money elsewhere comes of itself**, nor that it stays away. Potential is a reason to
# *try*, not a forecast; whether trying works, only a trial can tell. And 29 % of the existing key accounts fell below the
# line within a year, 10 of these points by leaving: a line is crossed in both directions, partly by chance (lesson 02,
# regression to the mean). *(Predictive.)*

# %% [markdown] lang="en"
# ## Marketing on several levels
#
# Three kinds of ties (lesson 10), from cheap to copy to hard to copy:
#
# | level | what | for key accounts | cost here | can a rival copy it? |
# |---|---|---|---|---|
# | 1 financial | price, rewards for frequency | rate above list, fee waiver, points | ¥7,626 a year per deal | by the next morning |
# | 2 social | clubs, formal and informal; a person one knows | club evening, adviser | adviser: ¥6,648 a year | in a year or two |
# | 3 structural | a process built together | salaries and payables through the bank | set-up, then little | hardly |
#
# *(A source of this course stops at level 2; the third is Berry and Parasuraman's.)* Which key accounts of the end of 2024
# left in 2025, with and without the tie? In %; ± is the half-width of a 95 % interval of the difference.

# %%
key = before[before["kind_of_account"] == "existing"].copy()
bonds = bank.bonds.query("since < '2025-01-01'")
key["rate deal"] = key["paid_rate"] - key["list_rate"] > 0.002
for tie in ["club", "adviser", "payroll"]:
    key[tie] = key["customer"].isin(bonds.loc[bonds["bond"] == tie, "customer"])
key["gone"] = key["left"] <= "2025-12-31"

# %%
levels = []
for tie in ["rate deal", "club", "adviser", "payroll"]:
    gone = key.groupby(tie)["gone"].agg(["mean", "size"])
    half = 1.96 * (gone["mean"] * (1 - gone["mean"]) / gone["size"]).sum() ** 0.5
    rates = 100 * gone["mean"]
    row = [tie, gone.loc[True, "size"], rates[True], rates[False]]
    levels.append([*row, rates[True] - rates[False], 100 * half])
words = ["tie", "with it", "left, with", "left, without", "difference", "±"]
pd.DataFrame(levels, columns=words)

# %% [markdown] lang="en"
# A rate deal, the dearest tie that has a price here, goes with 1.6 points less leaving, well within chance (± 3.7). The club is no
# clearer. An adviser goes with 3.7 points (± 3.7), payroll with **7.8 points** (± 3.5). *(Predictive: ties of 2024, leaving in
# 2025. Who stays anyway may also be the one who ties himself, so this is no effect.)*

# %% [markdown] lang="en"
# ## Harbour Gold: does it pay?
#
# A programme's gain per year, with an **uplift** $u$, what it multiplies ($B_i$, the *base*, yuan) and the cost per member
# $c_i$ (yuan):
#
# $$ \text{gain} = u \sum_i B_i - \sum_i c_i, \qquad u^* = \frac{\sum_i c_i}{\sum_i B_i} $$
#
# $u^*$ is the **break-even**. Marketing says: fewer leave. Then $u$ is the fall in the chance of leaving within a year, and $B_i$
# what is lost if member $i$ leaves. With 12 % leaving a year and 10 % discount a customer is worth his yearly contribution
# × 0.88 / (1.10 − 0.88) = **4** (lesson 03).
#
# How large is $u$? As in lesson 10, compare months with and without an adviser, bonds counted from before the month. (There it was
# 0.73, for those who left by their own decision; here everybody who leaves counts.)

# %%
alone = key[(key["kind"] == "personal") & ~key["adviser"]]
leaving = alone["gone"].mean()
window = {"observed_from": "2023-01-01", "as_of": "2025-12-31"}
ties = crm.bond_hazard(bank.customers, bank.bonds, ["adviser", "payroll"], **window)
hazard = ties.table.iloc[0]
fewer = leaving * (1 - hazard["hazard_ratio"])
error = leaving * hazard["hazard_ratio"] * hazard["error"]
hazard[["term", "hazard_ratio", "ratio_low", "ratio_high"]].to_frame().T

# %%
print(f"{100 * leaving:.1f} % leave without one")
print(f"with one {100 * fewer:.1f} points fewer (± {196 * error:.1f})")

# %%
members = gold[~gold["adviser"]].copy()
members["stake"] = 4 * members["contribution"]
members["budget"] = 1_200
effect = {"uplift": fewer, "error": error}
plan = crm.programme_break_even(members, base="stake", cost="budget", **effect)
columns = ["who", "members", "cost", "points_needed", "gain", "low", "high"]
plan.table.assign(points_needed=100 * plan.table["break_even"])[columns]

# %%
ax = crm.show.plot_programme(plan.customers)

# %% [markdown] lang="en"
# For all 533 the programme **loses** ¥132,877 a year (95 % interval −¥262,936 to −¥2,817): it needs 4.1 points, and 3.2 are to be
# had. The average hides two groups. 147 members, those who bring more than ¥9,336 a year, gain ¥134,081. The line of
# ¥300,000 in *assets* is the wrong door; contribution is a better one.
#
# But these 147 were picked by the contribution of the same year that the gain is counted on. Luck of that year is in both. Pick
# a year earlier, by the same line at the end of 2024, and count 2025:

# %%
line = 1_200 / (4 * fewer)
picked = alone[alone["contribution"] > line]
for year in ["contribution", "next_year"]:
    gain = (fewer * 4 * picked[year] - 1_200).sum()
    print(f"{len(picked)} by {year}: mean ¥{picked[year].mean():,.0f}, gain ¥{gain:,.0f}")
above = (picked.loc[~picked["gone"], "next_year"] > line).mean()
print(f"of those who stayed, above the line again: {above:.0%}")

# %% [markdown] lang="en"
# The 152 of 2024 brought ¥15,767 each, a year later ¥13,292, and of those who stayed 60 % are above the line again. The gain falls
# from ¥125,662 to **¥77,301**: expect that much, not ¥134,081. The interval above covers chance in the effect only. All of it
# assumes that an adviser lowers leaving by the same $u$ for all. *(Predictive, with an effect that is not from a lottery: take it as
# an upper guess.)*
#
# ### What does a member really cost?
#
# ¥1,200 is what the adviser of a *typical* customer costs. Exhibit 4 has the cost to serve of these customers: ¥6,738 with an
# adviser, ¥90 without. Large customers have large questions.

# %%
served = exhibit_4["cost_to_serve"]
members["as now"] = served[True] - served[False]
gold["fifth"] = pd.qcut(gold["assets_here"], 5, labels=False)
alike = gold.pivot_table(index="fifth", columns="adviser", values="cost_to_serve")
without = gold.loc[~gold["adviser"], "fifth"].value_counts(normalize=True)
matched = ((alike[True] - alike[False]) * without).sum()
print(f"¥{served[True] - served[False]:,.0f} more; among equals by assets ¥{matched:,.0f}")
real = crm.programme_break_even(members, base="stake", cost="as now", **effect)
real.table.assign(points_needed=100 * real.table["break_even"])[columns[:5]]

# %%
spread = price - last["list_rate"].iloc[0]
premium = deals.customers.loc[deals.customers["deal"], "above_list"].mean()
for cost, margin in [("budget", spread), ("as now", spread), ("as now", spread - premium)]:
    won = members.assign(all_of_it=members["elsewhere"] * margin)
    won = crm.programme_break_even(won, base="all_of_it", cost=cost, uplift=0.05).table
    print(f"{cost}, {100 * margin:.2f} %: {100 * won['break_even'].iloc[0]:.1f} % must come")

# %% [markdown] lang="en"
# Those with an adviser have twice the assets; among equals, in fifths by assets, an adviser costs ¥5,997 instead of ¥6,648.
# The verdict is the same. At ¥6,648 a member the bill is ¥3.54 million, and the break-even is 22.5 points (at ¥5,997 20.3).
# Only 12.3 % leave at all: if *nobody* left any more, a programme for all would still lose ¥1.60 million. At 3.2 points not
# one member pays for himself; if nobody left, 77 would. The other hope is money from elsewhere, at a margin of 1.54 %: 3.7 %
# of it would have to come at the budget's cost, 20.4 % at the real one. With the usual private deal on top, the margin is
# 0.27 %, and more than all of it would have to come.

# %% [markdown] lang="en"
# ## The whole organisation
#
# A key account meets the whole bank, not one department. Relationship marketing to key accounts is everybody's task, and
# service has no closing time: app, telephone and machines answer at night what an adviser answers at noon.
#
# | who | must do | is measured by | not by |
# |---|---|---|---|
# | branch manager | keep margin on the mean of days; record each deal | margin after transfer price | deposits at month end |
# | key-account manager | know the plan of ten customers | contribution, share of wallet | number of visits |
# | treasury | publish the transfer price each month | – | – |
# | finance | sign each deal above list as a second pair of eyes | deals without a reason | – |
# | call centre, 24 hours | know whom it speaks with; hand over by morning | solved at first contact (lesson 07) | seconds per call |
# | IT | one view of the customer: app, branch, wallet | hours without service | – |
# | head of staff | change the bonus before the speech | who leaves, who games | – |
#
# *(How many people at which hour is computed in lesson 14.)*

# %% [markdown] lang="en"
# ## The decision on Friday
#
# **Paper 1.** Some places by last year's contribution, which beat the committee's score in all nine banks. Not because care
# is known to add anything there: because that is what can be lost. The others for *potential* accounts, drawn by lot from the
# fifty largest potential wallets (the fifty largest of all are existing accounts), so that the bank learns whether care moves
# money. How many must be drawn? With the changes of assets here in 2025, how far can chance alone move the difference?

# %%
fifty = before[before["kind_of_account"] == "potential"].nlargest(50, "wallet")
change = fifty["customer"].map(later).fillna(0.0) - fifty["assets_here"]
print(f"they had ¥{fifty['assets_here'].mean():,.0f} here on average")
for drawn in [10, 25]:
    half = 1.96 * change.std() * (1 / drawn + 1 / (50 - drawn)) ** 0.5
    print(f"{drawn} drawn, {50 - drawn} not: the difference is known to ± ¥{half:,.0f}")

# %% [markdown] lang="en"
# Ten against forty would show next to nothing: ± ¥163,086, where they have ¥225,882 here. So **25 of the fifty, and fifteen places by
# contribution**. Even 25 against 25 gives ± ¥130,469: add up several years before you judge.
#
# **Paper 2.** No bonus for deposits at month end. Pay for margin after transfer price, on the mean of all days, and let finance
# sign deals. What it is worth depends on how much of these deposits leaves when the deals end, in ¥ million a year:

# %%
deal, whole = deals.table.iloc[0], dealt["contribution"].sum()
for share in [0, 25, 50, 75, 80, 82]:
    stays = 1 - share / 100
    change = stays * deal["margin_at_list"] - deal["margin_paid"]
    with_all = stays * (whole + deal["deal_cost"]) - whole
    print(f"{share} % leave: {change / 1e6:+.2f}, with fees and loans {with_all / 1e6:+.2f}")

# %% [markdown] lang="en"
# If half of the money leaves, the margin still rises by **¥3.24 million** a year, with fees and loans ¥3.14 million. Half of
# the money is a hundred accounts. End the deals in a quarter of the branches first, drawn by lot, and count. *(Arithmetic,
# with an assumption.)*
#
# **Paper 3.** Not for all. Admit by contribution, at the cost that finance measures (at today's ¥6,648: nobody); first give
# the 454 who have an adviser a look: they bring ¥5,297 each, less than the ¥7,396 of those without one. Offer payroll before
# champagne.

# %% [markdown] lang="en"
# ## Where it breaks
#
# - **The next target will be gamed, too.** Margin can be bent by selling loans below their risk. Holmström and Milgrom
#   (1991): where one task is counted and another is not, strong pay moves work to the counted one. Fewer, slower, wider
#   measures, and a person who looks.
# - **It is no textbook story.** Oyer (1998): manufacturers' sales are higher at the end of the fiscal year and lower at its
#   start. Larkin (2014): at a software vendor, discounts to close deals in the quarter that pays cost 6 to 8 % of revenue.
#   China's regulators limited month ends in 2014 to 3 % above the mean of the days, since 2018 to 4 %. Harbour Bank is at
#   9.2 % for 2025, with all managers together.
# - **Deposits are worth something.** In a crisis stable deposits save a bank. Then stability should be counted: the mean of
#   days, or the lowest day.
# - **Twenty eighty.** Our source has 20 % of the customers bring 80 % of the value. Here 8 % hold 74 % of the assets; and
#   of the profit the best fifth brings more than the whole (lesson 02). It depends on the measure.
# - **Scores in general.** Dawes (1979): even with crude or equal weights a score forecasts better than experts do by
# feeling. True where all criteria point to the outcome. Products and wallets do not point to next year's contribution
# here.
# - **The lists are for one year.** An account that grows slowly, or begins with a loss, is on none of them.
# - **Simulated managers have no reasons.** A real one with a lift may have a large employer who pays wages on the last day.

# %% [markdown] lang="en"
# ## How close did we get?
#
# The answer book knows which managers pull deposits in:

# %%
truth = bank.truth.tables["branches"].merge(bank.branches[["branch", "manager"]]).merge(lift)
pd.crosstab(truth["gaming"], truth["flagged"])

# %% [markdown] lang="en"
# All 16, and nobody else. And it knows what each customer will still bring in ten years. Lists of the end of 2025:

# %%
now = known.merge(bank.truth.tables["people"][["customer", "residual_value"]])
now["committee"] = crm.account_scores(now, committee).customers["score"]
book = crm.judge_lists(now, ways, "residual_value", top=40)
book[["list", "total", "share_of_best", "difference", "low", "high"]].round(2)

# %% [markdown] lang="en"
# The forty by contribution will bring ¥9.18 million, 89 % of the best possible; the committee's ¥5.93 million, the forty by
# deposits ¥4.83 million. *(The book values what came in 2023 to 2025, so it shares that year's contribution with our list.)*

# %%
from math import exp

ratio = exp(bank.truth["churn.adviser"])
true = leaving * (1 - ratio)
by_book = crm.programme_break_even(members, base="stake", cost="budget", uplift=true)
by_book.table[["who", "members", "gain"]].round()

# %% [markdown] lang="en"
# By itself an adviser multiplies the rate of leaving by 0.82 (what he does to satisfaction comes on top); we had 0.74, and
# the interval, 0.67 to 0.81, leaves 0.82 out: customers who stay anyway have had more time to get an adviser (lesson 10).
# That is 2.2 points instead of 3.2. At ¥1,200 the programme for all then loses ¥288,203, and 78 members are worth admitting,
# not 147. An interval covers chance; it does not cover a biased comparison.

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("12")

# %% [markdown] lang="en"
# Then try these:
#
# 1. A colleague: "The 40 largest depositors have ¥219 million; they must be our best customers." Which two columns do you ask for?
# 2. Modify: draw the line of Harbour Gold at ¥200,000 (in the cell of Exhibit 4). What happens to the break-even at ¥1,200?
# 3. Make: which share of the deposits of the 16 flagged managers has a deal? *(Start from `who.groupby("flagged")`.)*
#
# <details><summary>Answers</summary>
#
# 1. What they are paid (37 of 40 have a deal), and what is left after cost and loss: ¥1.16 million of profit, against ¥2.36
#    million of the forty best.
# 2. It rises from 4.1 to 5.1 points: 845 members instead of 533, and the new ones bring less.
# 3. 65 %, against 40 % for the other managers: add up `deposits_average` by `flagged` and `deal`, then divide.
#
# </details>

# %% [markdown] lang="en"
# ## Key points
#
# - What managers are paid for is what they deliver: month ends and rates, at the cost of the margin.
# - Deposits show who is large, not who is worth much. Judge a list by what came after it.
# - A score states values in the open. Show its weights, its scale, and how many accounts hang on them. As a forecast, plain
#   contribution beat it.
# - Potential needs the wallet; that it comes is a hypothesis for a trial, and the trial needs enough places.
# - A programme pays by member, not on average: admit by contribution, at the real cost, and judge the door by the year after.
#
# | term | 中文 | meaning |
# |---|---|---|
# | key account | 大客户 | a customer of strategic weight, existing (现有) or potential (潜在) |
# | share of wallet | 钱包份额 | assets here / assets at all banks |
# | transfer price | 内部资金转移价格 | what the treasury gives a branch for a yuan of deposits |
# | private deal | 私下交易 | a rate above the list that a manager grants |
# | performance target | 业绩考核 | what staff are judged and paid by |
# | principal-agent problem | 委托代理问题 | who decides has another interest than who pays |
# | multi-level marketing | 多级营销 | financial, social and structural ties (not the sales scheme of that name) |
# | break-even | 盈亏平衡点 | the uplift at which gain and cost are equal |
#
# **References.** Campbell, D. T. (1979). Assessing the impact of planned social change. *Evaluation and Program
# Planning*, 2(1). · Dawes, R. M. (1979). The robust beauty of improper linear models in decision making. *American
# Psychologist*, 34(7). · Goodhart, C. (1975). *Problems of monetary management: The U.K. experience*. Reserve Bank of
# Australia. · Holmström, B., & Milgrom, P. (1991). Multitask principal-agent analyses. *Journal of Law, Economics, &
# Organization*, 7. · Larkin, I. (2014). The cost of high-powered incentives: Employee gaming in enterprise software
# sales. *Journal of Labor Economics*, 32(2). · Oyer, P. (1998). Fiscal year ends and nonlinear incentive contracts.
# *Quarterly Journal of Economics*, 113(1). · Strathern, M. (1997). "Improving ratings": Audit in the British university
# system. *European Review*, 5 (the wording of Goodhart's law that is usual today). · China Banking Regulatory
# Commission and others, circulars on the deposit deviation ratio, 11 September 2014 and 8 June 2018. *(What of each
# work was read: [bibliography](93_bibliography.ipynb).)*
#
# **Exercise:** [12](exercises/12_bank_case.ipynb), with a bank of your own. **Next:** 13, the utility case.
