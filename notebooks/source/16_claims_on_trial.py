# ---
# jupyter:
#   crm:
#     concepts: [E1, E6a, E6c, A3, A11, A16, B1.3, B2.5, B5.1, B5.2, D6]
#     minutes: 60
#     title: What the textbooks repeat, on trial
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 16 · What the textbooks repeat, on trial
#
# **Which of the sentences that everybody repeats would you sign?**
#
# *About 60 minutes. Before it: 02, 07, 08, 09; each claim names the lesson that goes into it.*
#
# After this page you can
#
# - **ask** four questions of any rule of thumb: of which base, over which time, against what, and who looked?
# - **say** which of twelve claims have evidence from the field, for or against, and which have none
# - **test** each of them, and **say** how a careless test would have misled you

# %% [markdown] lang="en"
# ## How the trial works
#
# Twelve claims come back in textbook after textbook, among them the five sources of this course, which at times
# contradict each other. For each: who says it, what speaks for it and against it, a test, what the test looks like on
# our two companies, and a verdict. A name with a year is a study. Where none stands there is an argument, and we know
# of no study: claim 1 has none at all, and claims 2, 3, 5, 6, 9, 10 and 11 have none *for* them.
#
# **The verdict rests on the evidence from the field or, where there is none, on the argument; not on our data.** These
# are simulated: they echo what was put in. They show *how* a claim is tested and how a careless test misleads.

# %%
import numpy as np
import pandas as pd

import crmlib as crm

pd.options.display.float_format = "{:,.2f}".format
bank, utility = crm.load_bank(), crm.load_utility()
by_fate = ["death", "moved abroad", "closed by bank"]  # not the customer's choice
chose = bank.customers["left"].notna() & ~bank.customers["exit_reason"].isin(by_fate)
customers = bank.customers.assign(own=chose)
members = bank.campaign_members
year_2025 = bank.years[bank.years["year"] == 2025]

# %% [markdown] lang="en"
# Before you read on: how many of the twelve would you sign as they stand?

# %%
guess_signed = 6

# %% [markdown] lang="en"
# ## 1 · "Keeping a customer costs a fifth of winning one"
#
# **Who says so.** One of our sources, as a fact. **For:** in many trades a mailing to strangers is dear and a
# letter to customers cheap. **Against:** the figure is old and mostly passed on without a study; it compares a
# letter with a customer won. **Test:** cost per customer *saved* and per customer *won*, each against a control
# group drawn by lot.

# %%
kept = crm.campaign_uplift(members[members["campaign"] == "retention"])
mailed = members[members["campaign"].str.startswith("mail")]
won = crm.campaign_uplift(mailed, wanted="more")
ratio = crm.keep_or_win(kept, won)
ratio[["cost_per_saved", "cost_per_won", "ratio", "low", "high"]]

# %% [markdown] lang="en"
# Here a saved customer costs eight times a won one (4 to 37). *(Causal: by lot.)* **Verdict: not as it stands.**
# Ask: per contact, or per customer who would otherwise have gone? *(Lesson 09.)*

# %% [markdown] lang="en"
# ## 2 · "Keep before you acquire"
#
# **Who says so.** Two of our sources; a third says both alike, a fourth wants acquisition. **For:** a kept customer
# needs no welcome, and some firms lose more by the back door than they win by the front. **Against:** brands grow
# mainly by new buyers, and a larger brand has more loyal ones by itself (*double jeopardy*: Ehrenberg, Goodhardt &
# Barwise 1990; Sharp 2010). **Test:** what does the *next* yuan bring on each side?

# %%
from crmlib.practice.tournament import game

start, behaviour = game(bank)
for share in [0.0, 0.2]:
    plan = crm.make_plan(300_000, {"acquire": share, "keep": share})
    more = crm.next_yuan(start, plan, behaviour, paths=100).set_index("lever")["gain"]
    print(
        f"¥{300_000 * share:6,.0f} each: mail {more['acquire']:.2f}, calls {more['keep']:.2f}"
    )

# %% [markdown] lang="en"
# With nothing spent, the first yuan of mail brings ¥6.98 and the first on calls (to the upper three tiers) ¥3.39:
# win first. After ¥60,000 a year on each, one more brings ¥0.82 and ¥2.21: keep next. *(Predictive, on causal
# effects.)* **Verdict: no rule.** The margin decides, and it moves with what is already spent. *(Lesson 11.)*

# %% [markdown] lang="en"
# ## 3 · "20 % of customers bring 80 % of the value"
#
# **Who says so.** Nearly everybody. **For:** revenue of banks, telephone companies or wholesalers is that skewed.
# **Against:** 73 % in packaged goods (Kim, Singh & Winer 2017); 67 % in 339 other firms, 59 % where people
# subscribe (McCarthy & Winer 2019); not much more than half (Sharp, Romaniuk & Graham 2019). **Test:** state
# measure and window, then move both.

# %%
print(f"revenue of 2025: {crm.top_share(year_2025, 0.2):.0%}")
log = bank.purchases.rename(columns={"amount": "revenue"})
windows = {"month": "2025-12-01", "year": "2025-01-01", "three years": "2023-01-01"}
ever = log["customer"].drop_duplicates().sort_values()
shop = {}
for name, first in windows.items():
    spent = log[log["date"] >= first].groupby("customer")["revenue"].sum().reset_index()
    same = spent.set_index("customer").reindex(ever, fill_value=0.0).reset_index()
    shop[name] = [len(spent), crm.top_share(spent, 0.2), crm.top_share(same, 0.2)]
table = pd.DataFrame(shop, index=["buyers", "of the window's buyers", "of all buyers"]).T
table.astype({"buyers": int})

# %% [markdown] lang="en"
# 82 % of one year's revenue. In the bank's shop it hangs on the base. Of whoever bought in the window, the best fifth
# bring 49 % in the month (775 buyers), 59 % in 2025 and 62 % in three years (7,995). Of the *same* 7,995 customers it
# is 100 % in the month, since fewer than a fifth bought at all, 78 % in 2025 and 62 % in three years: **the direction
# reverses.** **Verdict: a slogan without a base and a window.** *(Lesson 02.)*

# %% [markdown] lang="en"
# ## 4 · "20 % of customers hold 90 % of the profit"
#
# **Who says so.** One of our sources, of "a study of banks" without a name. **For:** profit is more concentrated
# than revenue wherever costs are traced to customers (Cooper & Kaplan 1991). **Against:** 90 is not special. Losses
# push the share of the best above 100 %. **Test:** the whale curve.

# %%
whale = crm.whale_curve(year_2025, "profit").table
100 * whale[["top_20_share", "peak_profit_share", "loss_customer_share"]]

# %% [markdown] lang="en"
# The best fifth brings 201 % of the profit, the best 73 % bring 229 %, and 27 % of customers lose money. **Verdict:
# too modest, and the number means little.** Ask which costs were traced. *(Lessons 02, 04.)*

# %% [markdown] lang="en"
# ## 5 · "Satisfied customers are loyal"
#
# **Who says so.** Two sources; a third both asserts and denies it. **For:** intention and word of mouth go with
# satisfaction nearly everywhere. **Against:** many defectors were satisfied (Jones & Sasser 1995); who cannot leave
# looks loyal. **Test:** the curve from satisfaction to *staying*, apart for markets with and without a choice.

# %%
answers = crm.with_scales(utility.survey[utility.survey["wave"] == 2024])
answers = answers.merge(utility.customers[["customer", "class"]])
answers["asked"] = pd.Timestamp("2024-06-01")
answers["market"] = np.where(answers["class"] == "residential", "no choice", "choice")
exits = utility.customers[["customer", "left"]].copy()
exits["own_choice"] = utility.customers["exit_reason"] == "switched"
power = crm.follow_up(answers, exits).customers
lines = crm.satisfaction_curve(power, group="market").slopes
lines[["group", "answers", "slope", "low", "high"]].round(3)

# %% [markdown] lang="en"
# The same company, the same year: ten points of satisfaction go with 4.9 points more staying (2.6 to 7.2) where
# customers can switch. Where they cannot, everybody stays, by definition: such customers prove nothing.
# *(Descriptive.)* **Verdict: only with a choice, and less than hoped.** *(Lesson 08.)*

# %% [markdown] lang="en"
# ## 6 · "Loyal customers do not mind the price and cost less to serve"
#
# **Who says so.** One of our sources. **For:** routine saves effort; some long customers ask less. **Against:** in
# four companies long-lived customers were hardly cheaper to serve and wanted better prices (Reinartz & Kumar 2000,
# 2002). **Test:** behaviour *after* the attitude, other things equal.

# %%
asked = crm.with_scales(bank.survey[bank.survey["wave"] < 2025])
asked["asked"] = pd.to_datetime(asked["wave"].astype("str") + "-10-01")
bank_exits = customers[["customer", "left"]].assign(own_choice=customers["own"])
stays = crm.follow_up(asked, bank_exits).customers
told = crm.behaviour_after(stays, bank.years, bank.customers)
effects = crm.effect_sizes(told, crm.loyal_effects())
effects[["effect", "naive", "adjusted", "adjusted_low", "adjusted_high"]].round(2)

# %% [markdown] lang="en"
# In standard deviations, 0.1 is small. What the attached *say* stands out: a higher price is fine (+0.24). What they
# cost next year (+0.01) and what they bring (0.00) does not. They also hold more products (+0.14, about as much as they
# recommend, +0.12); but that gap is not dated: they may have held them before they were attached. *(Descriptive.)*
# **Verdict: ask what they did, not what they say.** *(Lesson 08.)*

# %% [markdown] lang="en"
# ## 7 · "30 % of lost customers come back if you contact them"
#
# **Who says so.** One of our sources, if the cause is found and mended. **For:** lost customers are known and
# return more often than strangers buy; who comes back hangs on the first relationship, the reason and the offer
# (Kumar, Bhagwat & Zhang 2015). **Against:** without a control group nobody knows how many would have come anyway.
# **Test:** contact half of them, drawn by lot.

# %%
back = crm.campaign_uplift(members[members["campaign"] == "win-back"], wanted="more")
100 * back[["treated_rate", "control_rate", "uplift", "low", "high"]]

# %% [markdown] lang="en"
# 29 % came back, and 22 % of those whom nobody called: the contact brought 7 points (3 to 11). *(Causal.)*
# **Verdict: the number may be right and the sentence wrong.** *(Lesson 09.)*

# %% [markdown] lang="en"
# ## 8 · "A small gain in loyalty gives a large gain in profit"
#
# **Who says so.** One of our sources, without a number; others quote 25 to 85 % (Reichheld & Sasser 1990). **For:**
# where margins grow with tenure and few leave, five points of retention are a lot. **Against:** the large numbers
# need an endless horizon or a growing margin, and from 10 % leaving to 5 % is *half* of all defections. **Test:**
# compute it, with base and horizon stated.

# %%
cases = {"years": [5, 5, 200, 200], "retention": [0.60, 0.88, 0.88, 0.95]}
gain = crm.defection_gain(pd.DataFrame(cases).assign(margin=500, discount=0.10))
gain[["years", "retention", "npv_before", "npv_after", "gain_percent"]]

# %% [markdown] lang="en"
# Five points more: 17 % over five years from 60 %, 16 % from 88 %; without an end to the years 37 %, and 58 % where
# 95 % stay already. *(Arithmetic, with a margin that stays the same.)* **Verdict: true of a base and a horizon;
# name them.** *(Lesson 08.)*

# %% [markdown] lang="en"
# ## 9 · "No complaints: good service"
#
# **Who says so.** One source leans to it; two deny it. **For:** where problems are solved at once nobody complains.
# **Against:** most dissatisfied customers say nothing and some go (Hirschman 1970; TARP 1979). **Test:** complaints
# beside churn and beside problems that an audit found.

# %%
record = crm.branch_record(
    customers, bank.problems, start="2023-01-01", as_of="2025-12-31", own_choice="own"
)
record["churn_rank"] = record["churn"].rank().astype(int)
no_complaints = record[record["complaints"] == 0].sort_values("churn")
no_complaints[["branch", "churn", "churn_rank", "noticed_share", "solved_share"]]

# %% [markdown] lang="en"
# Six of 36 branches have no complaints. Two solve everything, in two hardly anything was noticed, and in two nobody
# spoke: these lose the most customers of all (ranks 35 and 36). *(Descriptive.)* **Verdict: no. Count problems.**
# *(Lesson 07.)*

# %% [markdown] lang="en"
# ## 10 · "New customers leave sooner than old ones"
#
# **Who says so.** One of our sources. **For:** it is seen in nearly every contractual business. **Against:** not
# against the fact, against its reading. The restless leave first; nobody need have become loyal (Fader & Hardie
# 2010; Vaupel, Manton & Stallard 1979). **Test:** only with each customer's own hazard, which no real firm knows;
# we do.

# %%
people = customers.merge(bank.truth.tables["people"][["customer", "innate_hazard"]])
window = {"as_of": "2025-12-31", "observed_from": "2023-01-01", "own_choice": "own"}
tenure = crm.churn_by_tenure(people, **window, hazard="innate_hazard")
tenure[["from_years", "to_years", "yearly_churn", "ratio", "ratio_low", "ratio_high"]]

# %% [markdown] lang="en"
# Churn falls from 21 to 8 % a year. Against what they brought along (`ratio`), leavers go from 1.05 to 0.94: hardly
# a change. **Verdict: true, and no proof of growing loyalty.** *(Lessons 03, 09.)*

# %% [markdown] lang="en"
# ## 11 · "Deposits show who the key accounts are"
#
# **Who says so.** Practice, and many a target sheet; one of our sources denies it. **For:** deposits are known
# today, and they fund loans. **Against:** as a staff target they invite month-end money and private rates; what is
# measured and paid is what grows (Campbell 1979). **Test:** rank by deposits and by profit, and compare the names.

# %%
crm.ranking_overlap(year_2025, ["deposits_average", "profit"], top=40)

# %% [markdown] lang="en"
# 16 of the 40 largest depositors are among the 40 most profitable. *(Descriptive.)* **Verdict: a hint, not a
# list.** *(Lesson 12.)*

# %% [markdown] lang="en"
# ## 12 · "Complainers who are answered become the most loyal"
#
# **Who says so.** One of our sources; it is called the *service recovery paradox*. **For:** a meta-analysis finds
# it for satisfaction. **Against:** the same one finds none for repurchase, word of mouth and image (de Matos,
# Henrique & Rossi 2007); Halstead and Page (1992) had doubts before. **Test:** compare answered complainers with
# customers who are *equally attached*, and do not forget the unanswered. Best asked before the complaint.

# %%
told = bank.problems[bank.problems["voiced"]].copy()
told["wave"] = told["date"].dt.year + (told["date"].dt.month > 10)
resolved = told.groupby(["customer", "wave"])["resolved"].min().rename("resolved")
survey = bank.survey.join(resolved, on=["customer", "wave"])
words = {True: "answered", False: "not answered"}
survey["complaint"] = survey["resolved"].map(words).fillna("none")
survey["attachment"] = survey[["att1", "att2", "att3"]].mean(axis=1)
naive = crm.adjusted_difference(survey, "attachment", "complaint", "none")
fair = crm.adjusted_difference(survey, "sat_overall", "complaint", "none", ["attachment"])
print(naive[["group", "raw", "raw_low", "raw_high"]].round(2).to_string(index=False))
fair[["group", "adjusted", "adjusted_low", "adjusted_high"]].round(2)

# %%
earlier = survey[["customer", "wave", "attachment"]].assign(wave=survey["wave"] + 1)
twice = survey.merge(earlier, on=["customer", "wave"], suffixes=("", "_old"))
before = crm.adjusted_difference(twice, "sat_overall", "complaint", "none", ["attachment_old"])
before[["group", "rows", "adjusted", "adjusted_low", "adjusted_high"]].round(2)

# %% [markdown] lang="en"
# Answered complainers are more attached than customers who did not complain (0.22 points), and so are the *unanswered*
# (0.39): the attached bother to complain. Among equally attached customers (asked in the same survey, so afterwards)
# the answer leaves satisfaction where it was (0.01, from −0.16 to 0.17); no answer costs 0.41 points of ten. But
# attachment is itself what the claim promises: if the answer raised it, this comparison hides that. With the attachment
# of the survey *before* only 36 answered and 23 unanswered complainers are left, and the answered are at +0.23 (−0.15
# to 0.61): too few to tell. *(Descriptive.)* **Verdict: an answer repairs. That it makes loyal is not shown.**
# *(Lesson 07.)*

# %% [markdown] lang="en"
# ## The verdicts
#
# | claim | verdict | the careless test |
# |---|---|---|
# | 1 a fifth | not as it stands | cost per contact |
# | 2 keep first | no rule | averages instead of the next yuan |
# | 3 20/80 | a slogan without base and window | any base, any window |
# | 4 20/90 | too modest, means little | costs spread over all |
# | 5 satisfied are loyal | only with a choice | no choice in the data |
# | 6 loyal are cheap | ask what they did | intentions |
# | 7 30 % return | number perhaps, sentence no | no control group |
# | 8 small gain, large profit | name base and horizon | endless years |
# | 9 no complaints | no | the complaint book |
# | 10 new leave sooner | true, and no proof of loyalty | survivors |
# | 11 deposits | a hint | the target itself |
# | 12 recovery | repairs; loyalty is not shown | no unanswered group |
#
# How many as they stand? We would sign one: number 10, without the moral.

# %%
print("You would have signed:", guess_signed, "- we sign: 1")

# %% [markdown] lang="en"
# ## Four questions for the thirteenth claim
#
# 1. **Of which base?** Customers, revenue, those who stayed?
# 2. **Over which time?** A month, a year, forever?
# 3. **Against what?** A control group, the year before, nothing?
# 4. **Who looked, and could they have found the opposite?**

# %% [markdown] lang="en"
# ## Check yourself
#
# Choose an answer and press *Check*. Wrong answers are explained, too.

# %% tags=["nbval-ignore-output"]
crm.quiz("16")

# %% [markdown] lang="en"
# Then try this: find a thirteenth claim in a blog on customer loyalty, and put the four questions to it. Half a
# page.
#
# | term | 中文 | meaning |
# |---|---|---|
# | rule of thumb, folklore | 经验法则 | what everybody repeats and few have tested |
# | control group | 对照组 | who is treated the same, but for the one thing |
# | double jeopardy | 双重危险 | small brands have fewer buyers, who also buy a little less often |
# | service recovery paradox | 服务补救悖论 | the claim that a mended failure leaves customers happier than none |
#
# **References.** Campbell, D. T. (1979). Assessing the impact of planned social change. *Evaluation and Program
# Planning*, 2(1). · Cooper, R., & Kaplan, R. S. (1991). Profit priorities from activity-based costing. *Harvard
# Business Review*, 69(3). · de Matos, C. A., Henrique, J. L., & Rossi, C. A. V. (2007). Service recovery paradox: A
# meta-analysis. *Journal of Service Research*, 10(1). · Ehrenberg, A. S. C., Goodhardt, G. J., & Barwise, T. P.
# (1990). Double jeopardy revisited. *Journal of Marketing*, 54(3). · Fader, P. S., & Hardie, B. G. S. (2010).
# Customer-base valuation in a contractual setting. *Marketing Science*, 29(1). · Halstead, D., & Page, T. J.
# (1992). The effects of satisfaction and complaining behavior on consumer repurchase intentions. *Journal of
# Consumer Satisfaction, Dissatisfaction and Complaining Behavior*, 5. · Hirschman, A. O. (1970). *Exit, Voice, and
# Loyalty*. · Jones, T. O., & Sasser, W. E. (1995). Why satisfied customers defect. *Harvard Business Review*,
# 73(6). · Kim, B. J., Singh, V., & Winer, R. S. (2017). The Pareto rule for frequently purchased packaged goods.
# *Marketing Letters*, 28. · Kumar, V., Bhagwat, Y., & Zhang, X. (2015). Regaining "lost" customers. *Journal of
# Marketing*, 79(4). · McCarthy, D. M., & Winer, R. S. (2019). The Pareto rule in marketing revisited: is it 80/20
# or 70/20? *Marketing Letters*, 30. · Reichheld, F. F., & Sasser, W. E. (1990). Zero defections. *Harvard Business
# Review*, 68(5). · Reinartz, W., & Kumar, V. (2000). On the profitability of long-life customers. *Journal of
# Marketing*, 64(4). · Reinartz, W., & Kumar, V. (2002). The mismanagement of customer loyalty. *Harvard Business
# Review*, 80(7). · Sharp, B. (2010). *How Brands Grow*. Oxford University Press. · Sharp, B., Romaniuk, J., &
# Graham, C. (2019). Marketing's 60/20 Pareto law. Working paper. · TARP (1979). *Consumer complaint handling in
# America*. · Vaupel, J. W., Manton, K. G., & Stallard, E. (1979). The impact of heterogeneity in individual
# frailty. *Demography*, 16(3). *(Abstracts of de Matos, Kim, Kumar 2015, McCarthy and Sharp 2019 were read; the
# others are cited from memory.)*
