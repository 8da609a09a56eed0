# ---
# jupyter:
#   crm:
#     concepts: [A7, A8, A9, A26, C1]
#     exercise: "05"
#     minutes: 70
#     title: "Exercise 05: One-to-one marketing"
# ---

# %% [markdown] lang="en"
# # Exercise 05 · One-to-one marketing
#
# **A personal bank: is it worth it?**
#
# *About 70 minutes. Before it: lesson [05 One-to-one marketing](../05_one_to_one.ipynb).*
#
# ## The case
#
# Mr Wei runs a district of **Harbour Bank**. He wants it to be "the personal bank", and has three proposals:
#
# > *Our files are clean: who has the same name and phone is one customer, everybody else is another. So let us buy the one-to-one
# > engine, which hits what our customers want next. And let us write to them as often as we can: more messages, more answers.*
#
# He signs on Friday. He asks you, the new analyst, to check the proposals first.

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

exercise = crm.exercise("05", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# ## Question 1 · How much of the customer?
#
# *{points q1}.* `bank.wallets` says for each customer and year end what lies here and what he has at all banks, this one included:

# %%
columns = ["assets_here", "wallet"]
bank.describe("wallets").loc[columns, ["unit", "meaning"]]

# %% [markdown] lang="en"
# **Of all the money in the rows of year 2025 (who left during the year has one, too), what percentage lay here?** Give percent, with
# two decimals or more.

# %%
### BEGIN SOLUTION
wallets = bank.wallets[bank.wallets["year"] == 2025]
share_percent = 100 * wallets["assets_here"].sum() / wallets["wallet"].sum()
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · How many records has a person?
#
# *{points q2}.* This cell tidies the two files of your district, lists the candidate pairs and scores them, as in the lesson:

# %%
files = {"branch": bank.export_branch, "app": bank.export_app}
records = crm.tidy_records(files, dates={"branch": "%d/%m/%Y", "app": "%Y-%m-%d"})
scored = crm.score_pairs(records, crm.candidate_pairs(records))
print(f"{len(records):,} records, {len(scored):,} candidate pairs")

# %% [markdown] lang="en"
# If pairs with a score of 0.80 or more are one person: **how many records does a person have on average?** Give three
# decimals or more.

# %%
### BEGIN SOLUTION
matched = crm.match_records(records, scored, threshold=0.80)
how_many = matched["person"].nunique()
records_per_person = len(records) / how_many
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · "Our files are clean"
#
# *{points q3}.* Mr Wei's rule: same name *and* same phone. Staff have checked every record by hand; `checked` says whose it is:

# %%
checked = bank.truth.tables["matches"]
checked.head(3)

# %% [markdown] lang="en"
# **What percentage of the true pairs does Mr Wei's rule find** (its *recall*)? Give percent, with one decimal or more.

# %%
### BEGIN SOLUTION
simple = crm.match_exactly(records, on=["name", "phone"])
simple_recall = 100 * crm.match_quality(simple, checked)["recall"].iloc[0]
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · The pyramid after merging
#
# *{points q4}.* Take the persons of question 2 and add up the column `revenue_2025` for each. **By how many percentage points does the
# share of the top 20 % change, from records to persons?** (After minus before; below 0 if it falls.) Give points, with one decimal or more.

# %%
### BEGIN SOLUTION
persons = crm.merge_records(matched)
before = crm.top_share(records, 0.20, "revenue_2025", customer="record")
after = crm.top_share(persons, 0.20, "revenue_2025", customer="person")
top_change = 100 * (after - before)
### END SOLUTION

# %%
q4 = exercise.q4
q4.check()
# q4.hint()
# q4.solution()

# %% [markdown] lang="en"
# ## Question 5 · Whom may we ask?
#
# *{points q5}.* Mr Wei wants to try an offer on 60 customers, through the app. This cell makes his list:

# %%
sixty = bank.customers[bank.customers["left"].isna()].nsmallest(60, "customer")
sixty[["customer", "kind", "joined"]].head(3)

# %%
bank.consents[bank.consents["customer"].isin(sixty["customer"])].head(6)

# %% [markdown] lang="en"
# **Which of the 60 may be sent the offer on 31 December 2025?** Purpose `"marketing"`, channel `"app"`. Give their customer numbers: a
# list, a column, or the rows of a table.

# %%
### BEGIN SOLUTION
offer = {"purpose": "marketing", "channel": "app", "day": "2025-12-31"}
allowed = crm.contact_permission(sixty, bank.consents, **offer)
may_be_asked = allowed.loc[allowed["may_contact"], "customer"]
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# Half of the questions are behind you. How far are you?

# %%
exercise.progress()

# %% [markdown] lang="en"
# ## Question 6 · The yardstick for the engine
#
# *{points q6}.* This cell names a product for each customer on 1 January 2025, as in the lesson: `by_model`, learned from 2024, and
# `by_popularity`, the one that he lacks and most people take. `now` also says what he opened in 2025.

# %%
products = ["savings", "card", "wealth", "mortgage", "loan", "insurance"]
past = crm.offer_frame(bank.customers, bank.holdings, day="2024-01-01", products=products)
now = crm.offer_frame(bank.customers, bank.holdings, day="2025-01-01", products=products)
offers = crm.next_offers(past, now, ["years", *[f"has_{name}" for name in products]])
offers[["customer", "by_model", "by_popularity"]].head(3)

# %% [markdown] lang="en"
# **Of the customers who opened a product in 2025, for what percentage had the rule `by_popularity` named it?** Give percent, with one
# decimal or more.

# %%
### BEGIN SOLUTION
hits = crm.offer_hits(offers, now).set_index("rule")
popular_hits = 100 * hits.loc["by_popularity", "hit_rate"]
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · How much better can the engine be?
#
# *{points q7}.* "It is ahead, or it was bad luck", says the vendor. The model's lead over the plain rule, in percentage points of the hit
# rate, has an interval of 95 %. **What is the largest lead that still fits the data of your district?** It can be below 0. Give points,
# with one decimal or more.

# %%
### BEGIN SOLUTION
lead = crm.offer_hits(offers, now).set_index("rule").loc["by_model"]
most_ahead = 100 * lead["difference_high"]
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · As often as we can?
#
# *{points q8}.* In head office's experiment the lot decided who gets few, some or many messages. Your district's customers, followed for a
# year (`sent` and `answered` per customer; `withdrew`: share who withdrew their consent):

# %%
pressure = crm.contact_pressure(bank.messages, bank.consents).set_index("frequency")
pressure[["customers", "sent", "answered", "withdrew"]]

# %% [markdown] lang="en"
# **High frequency against low: how many more answers were bought with each consent lost?** Give answers per consent, with one decimal or
# more.

# %%
### BEGIN SOLUTION
more_answers = pressure.loc["high", "answered"] - pressure.loc["low", "answered"]
more_lost = pressure.loc["high", "withdrew"] - pressure.loc["low", "withdrew"]
answers_per_consent = more_answers / more_lost
### END SOLUTION

# %%
q8 = exercise.q8
q8.check()
# q8.hint()
# q8.solution()

# %% [markdown] lang="en"
# ## Question 9 · Advise the manager
#
# *{points q9}.* **What do you tell Mr Wei about his three proposals?** Write 80 to 150 words in place of the three dots, between the two
# lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q9}

# %%
### BEGIN SOLUTION
more_sent = pressure.loc["high", "sent"] - pressure.loc["low", "sent"]
lost_per_thousand = 1000 * more_lost / more_sent
model_hits = 100 * hits.loc["by_model", "hit_rate"]
shown = "these data cannot tell which is better"
if lead["difference_low"] > 0 or lead["difference_high"] < 0:
    shown = "it was better here" if lead["difference"] > 0 else "it was worse here"
advice = f"""Merge the files first. Your rule finds only {simple_recall:.0f} % of the pairs
that belong together; by score the {len(records):,} records are {how_many:,} persons,
and the top 20 % bring {top_change:+.1f} points more of the revenue of 2025. Do not buy the
engine yet: it hit {model_hits:.0f} % of the openings of 2025, the rule "what most people
take" {popular_hits:.0f} %: {shown}, and a lead of more than {most_ahead:.1f} points does
not fit. Ask the vendor for his own hit rate against popularity, then try both by lot, and
count what an offer changes. Do not send at the high frequency before you have priced a
consent: each one lost bought {answers_per_consent:.0f} answers, and {lost_per_thousand:.0f}
are lost per 1,000 messages. Of 60 customers you may ask {len(may_be_asked)} through the
app; who never agreed is not asked. There is room: only {share_percent:.0f} % of our
customers' money lay here in 2025."""
### END SOLUTION

# %%
q9 = exercise.q9
q9.check()
# q9.hint()
# q9.rubric()

# %% [markdown] lang="en"
# ## Check everything
#
# Run this cell when you think you are done. Before you hand in: save the notebook (**Ctrl + S**, on a Mac **Cmd + S**).

# %%
exercise.check_all()
