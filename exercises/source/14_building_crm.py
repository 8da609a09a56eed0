# ---
# jupyter:
#   crm:
#     concepts: [B1.5, B1.6, B4.4, C1, C10]
#     exercise: "14"
#     minutes: 70
#     title: "Exercise 14: Building CRM"
# ---

# %% [markdown] lang="en"
# # Exercise 14 · Building CRM
#
# **Whom may we call, and who may know it?**
#
# *About 70 minutes. Before it: lesson [14 Building CRM](../14_building_crm.ipynb).*
#
# ## The case
#
# A district of **Harbour Bank** gets its CRM first. Mr Hu's plan for it:
#
# > *We call everybody who once said yes. The advertising agency gets the phone numbers as hashes, so that file is anonymous. Analysts
# > get the year of birth and the region, but no names. And we answer 90 % of all calls within 20 seconds, day and night.*
#
# Ms Tang asks you, the new analyst, to check the plan before Friday.

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

exercise = crm.exercise("14", student)
bank = exercise.data
exercise

# %% [markdown] lang="en"
# `bank` holds the tables of your district. The day is 31 December 2025. `here` are the customers of that day: who has not
# left, and who left, came back (`returned`) and has not left again.

# %%
came_back = bank.customers["returned"].notna() & bank.customers["left_again"].isna()
here = bank.customers[bank.customers["left"].isna() | came_back]
print(f"{len(here):,} customers")
bank.describe("consents")[["type", "meaning"]]

# %% [markdown] lang="en"
# ## Question 1 · Whom may we call?
#
# *{points q1}.* **How many of the customers in `here` may be called (channel `"phone"`) with an offer (purpose `"marketing"`) on 31
# December 2025?**

# %%
### BEGIN SOLUTION
valid = bank.consents.query("purpose == 'marketing' and channel == 'phone' and withdrawn.isna()")
may_be_called = here["customer"].isin(valid["customer"]).sum()
### END SOLUTION

# %%
q1 = exercise.q1
q1.check()
# q1.hint()
# q1.solution()

# %% [markdown] lang="en"
# ## Question 2 · Who was a member then?
#
# *{points q2}.* Your district's warehouse, and what it can compute:

# %%
warehouse = crm.open_warehouse(bank.tables)
crm.measures()[["measure", "parameters"]]

# %% [markdown] lang="en"
# **How many customers were members of the club on 1 January 2024?**

# %%
### BEGIN SOLUTION
then = warehouse.measure("programme_on_day", as_of="2024-01-01").set_index("programme")
members_then = int(then.loc["club", "customers"])
### END SOLUTION

# %%
q2 = exercise.q2
q2.check()
# q2.hint()
# q2.solution()

# %% [markdown] lang="en"
# ## Question 3 · The same number twice
#
# *{points q3}.* **What is the Gini coefficient of the revenue of 2024?** Compute it in SQL and with `crm.gini`; they must agree. Give a
# number between 0 and 1, with four decimals or more.

# %%
### BEGIN SOLUTION
gini_2024 = warehouse.measure("gini", year=2024)["gini"].iloc[0]
assert abs(gini_2024 - crm.gini(bank.years[bank.years["year"] == 2024])) < 1e-9
### END SOLUTION

# %%
q3 = exercise.q3
q3.check()
# q3.hint()
# q3.solution()

# %% [markdown] lang="en"
# ## Question 4 · Is a hash anonymous?
#
# *{points q4}.* The file for the agency, its first rows. (The phone numbers are invented: 12, and nine digits.)

# %%
phones = bank.export_app["phone"].str.replace(" ", "").dropna().head(3)
crm.plain_hash(phones).tolist()

# %% [markdown] lang="en"
# One core tries about 500,000 numbers a second. **How long does it take to try all numbers, and what follows?** Answer with one letter
# in quotes, such as `"a"`.
#
# {options q4}

# %%
### BEGIN SOLUTION
the_hash = "b"
### END SOLUTION

# %%
q4 = exercise.q4
q4.check()
# q4.hint()
# q4.solution()

# %% [markdown] lang="en"
# Nearly half of the questions are behind you. How far are you?

# %%
exercise.progress()

# %% [markdown] lang="en"
# ## Question 5 · No name, and yet known
#
# *{points q5}.* The analysts get three columns: `kind`, `region` and `birth_year`. (A firm has no year of birth: an empty
# value is a value like any other.) **What percentage of the customers in `here` are in a group of fewer than five who are alike in all
# three?** Give percent (12.34, not 0.1234), with two decimals or more.

# %%
### BEGIN SOLUTION
sizes = here.groupby(["kind", "region", "birth_year"], dropna=False, observed=True).size()
standing_out_percent = 100 * sizes[sizes < 5].sum() / len(here)
### END SOLUTION

# %%
q5 = exercise.q5
q5.check()
# q5.hint()
# q5.solution()

# %% [markdown] lang="en"
# ## Question 6 · Whose messages are to be erased?
#
# *{points q6}.* Messages are kept for **one year after a customer has left**. Some came back later (`returned`), and some of these left
# again (`left_again`); who is a customer again is not erased. **Whose messages are due on 31 December 2025?** Give their customer
# numbers: a list, a column, or the rows of a table.

# %%
### BEGIN SOLUTION
people = bank.customers
last_day = people["left"].where(people["returned"].isna(), people["left_again"])
to_be_erased = people.loc[last_day <= "2024-12-31", "customer"]
### END SOLUTION

# %%
q6 = exercise.q6
q6.check()
# q6.hint()
# q6.solution()

# %% [markdown] lang="en"
# ## Question 7 · What does the promise cost?
#
# *{points q7}.* One line serves **ten districts like yours** (`times=10`). Calls are those of the three years 2023 to 2025 (channel
# `"call"`), an agent's hour costs **¥45**, and each hour gets the fewest agents with which **90 %** of the calls are answered within
# **20 seconds**. **What does a call cost, over the whole day?** Give yuan per call, with two decimals or more.

# %%
### BEGIN SOLUTION
span = {"channel": "call", "start": "2023-01-01", "as_of": "2025-12-31"}
plan = crm.staff_by_hour(warehouse.measure("arrivals_by_hour", **span), target=0.9, times=10)
cost_of_a_call = 45 * plan["agents"].sum() / plan["calls"].sum()
### END SOLUTION

# %%
q7 = exercise.q7
q7.check()
# q7.hint()
# q7.solution()

# %% [markdown] lang="en"
# ## Question 8 · Day and night
#
# *{points q8}.* **How many of your customers would call between 22:00 and 8:00, if the line were open?** Calls by hour:

# %%
by_phone = bank.contacts[bank.contacts["channel"] == "call"]
by_phone["time"].dt.hour.value_counts().sort_index().rename("calls").to_frame().T

# %% [markdown] lang="en"
# Answer with one letter.
#
# {options q8}

# %%
### BEGIN SOLUTION
at_night = "b"
### END SOLUTION

# %%
q8 = exercise.q8
q8.check()
# q8.hint()
# q8.solution()

# %% [markdown] lang="en"
# ## Question 9 · Advise Ms Tang
#
# *{points q9}.* **What do you tell Ms Tang about the four sentences of the plan?** Write 80 to 150 words in place of the three dots,
# between the two lines of quotes. Your instructor reads the text and marks it like this:
#
# {rubric q9}

# %%
### BEGIN SOLUTION
advice = f"""On 31 December 2025 {may_be_called:,} of our {len(here):,} customers may be
called, not everybody who once said yes: a consent holds for one purpose and one channel
until it is withdrawn; without an entry the answer is no. The agency must not get plain
hashes: one core tries all phone numbers in half an hour. A yes to our calls is no yes to
passing data on: ask for that first, then give pseudonyms made with a key that only we hold.
With kind, region and year of birth {standing_out_percent:.0f} % of our customers stand out
in groups of fewer than five; give analysts the decade. Messages of {len(to_be_erased):,}
customers are due to be erased. The promise of 90 % costs ¥{cost_of_a_call:.2f} a call by
day, for ten districts together. Whether it pays at night these data cannot tell: the line
was closed. Open it for one month, and count."""
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
warehouse.close()
exercise.check_all()
