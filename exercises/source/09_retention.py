# ---
# jupyter:
#   crm:
#     concepts: [E1, E6a, E6b, E6c, E6d, E6f, A22, C7]
#     exercise: "09"
#     minutes: 75
#     title: "Exercise 09: Retention and churn"
# ---

# %% [markdown] lang="en"
# # Exercise 09 · Retention and churn
#
# **Fifty calls: to whom?**
#
# *About 75 minutes. Before it: lesson [09 Retention and churn](../09_retention.ipynb).*
#
# ## The case
#
# Mr Shen looks after existing customers in a district of **Harbour Bank**. In January 2025 his team has time for **50 calls**, at ¥60
# each. His plan says:
#
# > *Our revenue shows whether we keep our customers. Half of those who join stay for good. Our win-back contacts are a great success,
# > a retention call costs no more than ¥60, and so we call the 50 customers at the highest risk. The rest we invite to the customer
# > panel: it keeps them, too.*
#
# He signs on Friday. He asks you, the new analyst, to check the plan first.

# %% [markdown] lang="en"
# ## How this works
#
# - Every student has a district of their own: **your numbers differ from your neighbour's**.
# - Each question has a cell with three dots, `...`. Put your calculation or your answer in their place; you may add lines above
#   it. Keep the name before the `=`: the check looks for it.
# - Run a cell with **Shift + Enter**. The cell below each answer checks it. `✔` means correct, `✘` not yet, `○` not attempted.
# - Stuck? In the checking cell, delete the `#` before `q1.hint()` and run the cell again. Each further run shows one more hint.
#   `q1.solution()` shows how it can be done.
# - You may leave a question out and come back. `exercise.progress()` says how far you are.
#
# **Type your id once**, between the quotes, and run the cell. To practise without an id, leave it as it is.

# %%
student = "guest"

# %%
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
pd.options.display.max_colwidth = 120

exercise = crm.exercise("09", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district, as in the lesson. `bank.months` has one row per customer and month:

# %%
columns = ["customer", "month", "revenue", "cost_to_serve"]
bank.describe("months").loc[columns, ["type", "meaning"]]

# %% [markdown] lang="en"
# ## Question 1 · What is left of the revenue?
#
# *{points q1}.* The *base* is everybody who has a row in `bank.months` for **December 2024** (`month` is `"2024-12-01"`). **What did
# these customers bring in December 2025, as a percentage of what they brought in December 2024?** Take `revenue`. Who has no row in
# December 2025 brought nothing. Give *percent* (95.00, not 0.95), with two decimals or more.

# %%
### BEGIN SOLUTION
revenue = bank.months.pivot(index="customer", columns="month", values="revenue")
revenue = revenue[revenue["2024-12-01"].notna()].fillna(0)
revenue_kept = 100 * revenue["2025-12-01"].sum() / revenue["2024-12-01"].sum()
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · Five years later
#
# *{points q2}.* This cell marks with `own` who left by his own choice. (Customers who are still here are marked as well: they have
# no `left`, so nothing is counted.) The bank's records of leaving begin on 1 January 2023 and end on 31 December 2025.

# %%
by_fate = ["death", "moved abroad", "closed by bank"]
customers = bank.customers.assign(own=~bank.customers["exit_reason"].isin(by_fate))
customers[["customer", "joined", "left", "exit_reason", "own"]].dropna(subset="left").head(4)

# %% [markdown] lang="en"
# **What percentage of new customers are still there after five years**, if only leaving by one's own choice counts? Estimate it as the
# lesson does. Give percent, with one decimal or more.

# %%
### BEGIN SOLUTION
records = {"as_of": "2025-12-31", "observed_from": "2023-01-01", "own_choice": "own"}
steps = crm.survival_curve(customers, **records).curve
five_years_percent = 100 * steps.loc[steps["years"] <= 5, "kept"].iloc[-1]
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · Won back
#
# *{points q3}.* In January 2025 the bank contacted some of the customers lost in 2024; others, **drawn by lot**, were not contacted.
# The rows of `bank.campaign_members` whose `campaign` is `"win-back"`:

# %%
win_back = bank.campaign_members[bank.campaign_members["campaign"] == "win-back"]
columns = ["arm", "responded"]
bank.describe("campaign_members").loc[columns, ["type", "meaning"]]

# %% [markdown] lang="en"
# Here `outcome` is True for who returned within six months. **By how many percentage points did the contact raise the share who
# return?** Give points (2.5 if 20 % became 22.5 %; below 0 if it fell), with one decimal or more.

# %%
### BEGIN SOLUTION
won_back_points = 100 * crm.campaign_uplift(win_back, wanted="more")["uplift"].iloc[0]
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · Too good to be true
#
# *{points q4}.* For the calls Mr Shen wants a model that says who will leave. This cell prepares the morning of **1 July 2024**: who
# was a customer then, who left in the next six months, and three features. `years`: how long here. `complaints`: made so far.
# `products_2024`: products held, from the yearly table of 2024. The AUC of each feature alone:

# %%
morning = "2024-07-01"
joined = customers.loc[customers["joined"] < morning, ["customer", "joined"]]
joined["value"] = (pd.Timestamp(morning) - joined["joined"]).dt.days / 365
voiced = bank.problems[bank.problems["voiced"]]
facts = pd.concat([
    joined.rename(columns={"joined": "known"}).assign(feature="years"),
    crm.count_events(voiced, "complaints", morning),
])
known = {"own_choice": "own", "absent": {"complaints": 0}}
list_2024 = crm.churn_frame(customers, facts, start=morning, months=6, **known).customers
held = bank.years.loc[bank.years["year"] == 2024, ["customer", "products"]]
list_2024 = list_2024.merge(held.rename(columns={"products": "products_2024"}))
crm.suspicious_features(list_2024, ["years", "complaints", "products_2024"])[["feature", "auc"]]

# %% [markdown] lang="en"
# **Which feature must not go into the model?** Answer with one letter in quotes, such as `"a"`.
#
# {options q4}

# %%
### BEGIN SOLUTION
leaks = "d"
### END SOLUTION

# %%
q4 = exercise.q4
q4.check()
# q4.hint()
# q4.solution()

# %% [markdown] lang="en"
# Half of the questions are behind you. How far are you?

# %%
exercise.progress()

# %% [markdown] lang="en"
# ## Question 5 · What does one saved customer cost?
#
# *{points q5}.* The last calls were made in July 2024: half of the customers on the list, drawn by lot, were called (`arm` is
# `"treated"`). `responded`: was reached. `outcome`: **left** within a year. `cost`: ¥60 a call.

# %%
retention = bank.campaign_members[bank.campaign_members["campaign"] == "retention"]
sums = retention.groupby("arm")[["responded", "outcome", "cost"]].sum()
sums.assign(customers=retention.groupby("arm").size())

# %% [markdown] lang="en"
# **What did one customer cost who stayed *because of* the call?** Take the estimate as it is, and all calls into account. Give yuan per
# customer, to the nearest yuan or more exactly.

# %%
### BEGIN SOLUTION
called, left_alone = (retention.query("arm == @arm") for arm in ("treated", "control"))
saved = (left_alone["outcome"].mean() - called["outcome"].mean()) * len(called)
cost_per_saved = called["cost"].sum() / saved
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · Fifty calls
#
# *{points q6}.* Now January 2025. This cell makes the list: everybody who is a customer on the first day. `risk`: chance of leaving
# within the year, by a model that learned from 2024. `value`: three years of contribution, in yuan, lost if the customer goes. `uplift`:
# what a call changes in the chance of leaving. It follows head office's experiment, far larger than your district: a call keeps one
# in four of those who would leave; but of the *silent* (no visit, no call, app less than twice a month) one in a hundred leaves
# because of it.

# %%
years = bank.years[bank.years["year"] < 2025].merge(customers)
years["morning"] = pd.to_datetime((years["year"] + 1).astype("str") + "-01-01")
years = years[~(years["left"] < years["morning"])]
years["leaves"] = years["own"] & (years["left"] < years["morning"] + pd.DateOffset(years=1))
years["years_here"] = (years["morning"] - years["joined"]).dt.days / 365.25
features = ["years_here", "products"]
model = crm.churn_model(years[years["year"] == 2023], features, "leaves")

# %%
calls = years[years["year"] == 2024].copy()
calls["risk"] = model.risk(calls)
calls["value"] = 36 * calls["contribution"] / calls["months"]
contacts = calls["teller_visits"] + calls["calls"]
calls["silent"] = (contacts == 0) & (calls["app_sessions"] < 24)
calls["uplift"] = (-0.25 * calls["risk"]).where(~calls["silent"], 0.01)
calls = calls[["customer", "risk", "value", "silent", "uplift"]]
calls.head(4)

# %% [markdown] lang="en"
# **Which 50 customers should be called, so that the calls bring the most money?** A call is made to keep a customer who is worth
# keeping: nobody is called in order to drive him away. Give their customer numbers: a list, a column, or the rows of the table.

# %%
### BEGIN SOLUTION
brings = -calls["uplift"] * calls["value"] - 60
to_keep = (calls["uplift"] < 0) & (calls["value"] > 0)
fifty_calls = calls.loc[brings[to_keep].sort_values(ascending=False).index[:50], "customer"]
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · "The panel keeps them, too"
#
# *{points q7}.* In January 2024 some customers were invited to the customer panel, **drawn by lot**; others on the same list were not.
# This cell compares them. `treated` and `control`: how many customers. The rates, in %: who left within a year. `uplift`: their
# difference in points, with its interval from `low` to `high`, of 99 %, since the board accepts one false alarm in a hundred.
#
# An invitation costs ¥120 (evenings, travel, small gifts), and a customer who is kept is worth ¥2,000. So it pays if it keeps at
# least 6 of 100 customers invited, who would have left without it (`needed`).

# %%
panel = bank.campaign_members[bank.campaign_members["campaign"] == "panel"]
compared = crm.campaign_uplift(panel, level=0.99)
rates = ["treated_rate", "control_rate", "uplift", "low", "high"]
needed = 100 * 120 / 2000
compared[["treated", "control"]].join(100 * compared[rates]).assign(needed=needed)

# %% [markdown] lang="en"
# **Does the invitation pay?** Answer with one letter.
#
# {options q7}

# %%
### BEGIN SOLUTION
panel_pays = "a" if -100 * compared["low"].iloc[0] >= needed else "d"
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · Advise the manager
#
# *{points q8}.* **What do you tell Mr Shen about his plan?** Write 80 to 150 words in place of the three dots, between the two lines of
# quotes. Your instructor reads the text and marks it like this:
#
# {rubric q8}

# %%
### BEGIN SOLUTION
chosen = brings[to_keep].nlargest(50)
by_risk = brings[calls["risk"].nlargest(50).index].sum()
riskiest = f"lose ¥{-by_risk:,.0f}" if by_risk < 0 else f"bring ¥{by_risk:,.0f}"
least, most = crm.campaign_uplift(retention)[["cost_low", "cost_high"]].iloc[0]
upper = f"to ¥{most:,.0f}" if most < 1e6 else "or more, without upper end"
reach = f"¥{least:,.0f} {upper}"
panel_told = {
    "a": "Whether the panel pays these data cannot tell: invite more, by lot, and compare",
    "d": "No panel at this price: even the best end of the interval is below the 6 of 100 needed",
}[panel_pays]
advice = f"""Call 50 customers, but not the 50 at the highest risk: by head office's uplift
those calls {riskiest} over three years, after cost. Rank by value × uplift; these 50 bring
¥{chosen.sum():,.0f}. None of them is silent, none a loss-maker: nobody is called to drive
him away. One customer saved costs not ¥60 but ¥{cost_per_saved:,.0f} ({reach}; called
against not called, July 2024, drawn by lot). Do not report the revenue alone:
{revenue_kept:.0f} % of that of December 2024 was there a year later, with the growth of
those who stayed in it; of new customers {five_years_percent:.0f} % are left after five
years. The win-back contact changed {won_back_points:+.1f} points. {panel_told}. Leave a few
of the list uncalled, drawn by lot: otherwise nobody will know what the calls did."""
### END SOLUTION

# %%
q8 = exercise.q8
q8.check()
# q8.hint()
# q8.rubric()

# %% [markdown] lang="en"
# ## Check everything
#
# Run this cell when you think you are done. Before you hand in: save the notebook (**Ctrl + S**, on a Mac **Cmd + S**).

# %%
exercise.check_all()
