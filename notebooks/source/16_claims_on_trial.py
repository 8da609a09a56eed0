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
# Twelve claims come back in textbook after textbook. The five sources of this course repeat them, and at times contradict
# each other. They are Chinese teaching texts from the web:
#
# | | source | what it is |
# |---|---|---|
# | **A** | 赢得客户,超越客户 | a course paper on customers of financial services |
# | **B** | 客戶營銷論文范文 (2023) | five short papers: loyalty, two on electricity, CRM in marketing, key accounts of banks |
# | **C** | 现代服务业管理, 第六章 | a chapter on customer relations in services |
# | **D** | 实施客户关系战略 创造企业竞争优势 | an article on customer strategy |
# | **E** | 客戶保留 | an encyclopedia's entry on customer retention |
#
# Four of the claims carry a number there: a fifth, 80, 90 and 30 %. One has a name, Pareto's. The others have no author,
# no year and no firm.
#
# For each claim: who says it (A to E), what speaks for it and against it, a test, what the test looks like on our two
# companies (Harbour Bank, and Delta Power for electricity), and a verdict. A name with a year is a publication: mostly a study,
# at times a theory (Hirschman, Vaupel), an essay (Campbell) or a book (Sharp). Where none stands there is an argument, and we
# name no publication: claim 1 has none at all, and claims 3, 6, 9 and 11 have none *for* them, claims 4, 7 and 8 none *against*
# them. What stands for 7 (Kumar 2015) says who returns, not how many; what stands for 8 (Reichheld 1990) is the claim itself.
# That is what we could name, not all that there is.
#
# **The verdict rests on the evidence from the field or, where there is none, on the argument; not on our data.** These
# are simulated: they echo what was put in. They show *how* a claim is tested and how a careless test misleads.

# %%
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
# **Who says so.** E, as what everybody says. **For:** in many trades a mailing to strangers is dear and a
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
# Here a saved customer costs eight times a won one (4 to 37). *(Causal: by lot.)* **Verdict: not as it stands.** A contact
# is not a customer. Ask: per contact, or per customer who would otherwise have gone? *(Lesson 09.)*

# %% [markdown] lang="en"
# ## 2 · "Keep before you acquire"
#
# **Who says so.** D and E; A says both alike, one paper of B wants acquisition. **For:** for five firms, 1 % better retention
# was computed to be worth 5 % of the firm, 1 % cheaper acquisition 0.1 % (Gupta, Lehmann & Stuart 2004). **Against:** that
# says nothing of what the 1 % costs on each side. Brands grow mainly by new buyers, and a larger brand has more loyal ones
# by itself (*double jeopardy*: Ehrenberg, Goodhardt & Barwise 1990; Sharp 2010). **Test:** what does the *next* yuan bring on
# each side?

# %%
from crmlib.practice.tournament import game

start, behaviour = game(bank)
for share in [0.0, 0.2]:
    plan = crm.make_plan(300_000, {"acquire": share, "keep": share})
    more = crm.next_yuan(start, plan, behaviour, paths=100).set_index("lever")["gain"]
    mail, calls = more["acquire"], more["keep"]
    print(f"¥{300_000 * share:6,.0f} each: mail {mail:.2f}, calls {calls:.2f}")

# %% [markdown] lang="en"
# With nothing spent, the first yuan of mail brings ¥6.98 and the first on calls (to the upper three tiers) ¥3.39:
# win first. After ¥60,000 a year on each, one more brings ¥0.82 and ¥2.21: keep next. *(Predictive, on causal
# effects.)* **Verdict: no rule.** The next yuan decides, and what it brings moves with what is already spent. *(Lesson 11.)*

# %% [markdown] lang="en"
# ## 3 · "20 % of customers bring 80 % of the value"
#
# **Who says so.** Nearly everybody; B with Pareto's name. **For:** where a few customers are very large, as at a bank or a
# wholesaler, revenue may well be that skewed. **Against:** 73 % in packaged goods (Kim, Singh & Winer 2017); 67 % in 339
# other firms, 59 % where people subscribe (McCarthy & Winer 2019); not much more than half (Sharp, Romaniuk & Graham 2019).
# **Test:** state measure, base and window. Move base and window here, the measure in claim 4.

# %%
print(f"revenue of 2025, {len(year_2025):,} customers: {crm.top_share(year_2025, 0.2):.0%}")
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
# The best fifth of the 16,556 customers of 2025 bring 82 % of that year's revenue: by this one look the slogan holds, above
# what the studies found. In the bank's shop it hangs on the base. Of whoever bought in the window, the best fifth
# bring 49 % in the month (775 buyers), 59 % in 2025 and 62 % in three years (7,995). Of the *same* 7,995 customers it
# is 100 % in the month, since fewer than a fifth bought at all, 78 % in 2025 and 62 % in three years: **the direction
# reverses.** **Verdict: a slogan.** The field finds a good half to 73 %; name measure, base and window. *(Lesson 02.)*

# %% [markdown] lang="en"
# ## 4 · "20 % of customers hold 90 % of the profit"
#
# **Who says so.** E, of a study of a bank's customers without a name. **For:** profit is more concentrated than revenue
# where costs are traced to customers: at Kanthal, a Swedish maker of heating wire, the best fifth brought 225 % of the
# profit (Cooper & Kaplan 1991; the number as reported by others). **Against:** 225 is not 90 either. Losses push the
# share of the best above 100 %, and the smaller the sum, the larger the share. **Test:** the whale curve.

# %%
whale = crm.whale_curve(year_2025, "profit").table
100 * whale[["top_20_share", "peak_profit_share", "loss_customer_share"]]

# %% [markdown] lang="en"
# The best fifth brings 201 % of the profit, the best 73 % bring 229 %, and 27 % of customers lose money. *(Descriptive.)*
# **Verdict: profit can be that concentrated, and more; the 90 means little.** Ask which costs were traced. *(Lessons 02, 04.)*

# %% [markdown] lang="en"
# ## 5 · "Satisfied customers are loyal"
#
# **Who says so.** B, in two papers; A both asserts and denies it. **For:** users of mobile telephones who had said that
# they were satisfied stayed longer (Bolton 1998); at one firm, Xerox, the *totally* satisfied bought again far more
# often than the merely satisfied (Jones & Sasser 1995). **Against:** many who left had been satisfied, and who cannot
# leave looks loyal (Jones & Sasser 1995, again). **Test:** the curve from satisfaction to *staying*, apart for markets
# with and without a choice.

# %%
answers = crm.with_scales(utility.survey[utility.survey["wave"] == 2024])
answers = answers.merge(utility.customers[["customer", "class"]])
answers["asked"] = pd.Timestamp("2024-06-01")
months = {"residential": "never", "commercial": "9 of 12 months", "industrial": "12 of 12"}
answers["choice"] = answers["class"].map(months)
exits = utility.customers[["customer", "left"]].copy()
exits["own_choice"] = utility.customers["exit_reason"] == "switched"
power = crm.follow_up(answers, exits).customers
lines = crm.satisfaction_curve(power, group="choice").slopes
lines[["outcome", "slope", "low", "high"]] *= 100
lines[["group", "answers", "outcome", "slope", "low", "high"]]

# %% [markdown] lang="en"
# `group`: for how long they could choose in the twelve months after the survey; `outcome`: who stayed, in %; `slope`: points
# more per ten points of satisfaction. Industry could switch all the time: ten points of satisfaction go with 5.3 points more
# staying (0.1 to 10.4, from 132 answers). Commerce could from October on: 4.7 (2.2 to 7.3). Homes never could: all of them
# stayed, satisfied or not, and prove nothing. *(Descriptive.)* **Verdict: a tendency, and only where there is a choice.**
# *(Lesson 08.)*

# %% [markdown] lang="en"
# ## 6 · "Loyal customers do not mind the price and cost less to serve"
#
# **Who says so.** A. **For:** routine saves effort; some long customers ask less. **Against:** at a mail-order firm
# long life and profit did not simply go together (Reinartz & Kumar 2000); in four companies customers of *long
# standing* were not cheaper to serve, and some paid less, not more (Reinartz & Kumar 2002). Is it loyal to have stayed
# long, or to feel attached? Both measure the first. **Test:** the second: behaviour *after* the attitude, other things
# equal.

# %%
asked = crm.with_scales(bank.survey[bank.survey["wave"] < 2025])
asked["asked"] = pd.to_datetime(asked["wave"].astype("str") + "-10-01")
bank_exits = customers[["customer", "left"]].assign(own_choice=customers["own"])
stays = crm.follow_up(asked, bank_exits).customers
told = crm.behaviour_after(stays, bank.years, bank.customers)
effects = crm.effect_sizes(told, crm.loyal_effects())
effects[["effect", "naive", "adjusted", "adjusted_low", "adjusted_high"]].round(2)

# %% [markdown] lang="en"
# `naive`: how much the outcome differs per standard deviation of attachment, in its own standard deviations; `adjusted`: the
# same among customers alike in satisfaction, switching costs, products, revenue and tenure (products left out where they are
# the outcome). 0.1 is small. What the attached *say* stands out: a higher price is fine (+0.24). What they *do* about the
# price does not: they get a private rate no less often (+0.02). Nor does what they cost next year (+0.01) and what they bring
# (0.00). They also hold more products (+0.14, about as much as they recommend, +0.12); but that gap is not dated: they may
# have held them before they were attached. *(Descriptive.)* **Verdict: for customers of long standing the field says no; for
# attached ones nothing is named.** Ask what they did, not what they say. *(Lesson 08.)*

# %% [markdown] lang="en"
# ## 7 · "30 % of lost customers come back if you contact them"
#
# **Who says so.** E, if the cause is found and mended. **For:** lost customers are known, and what is known of them
# (the first relationship, the reason, the offer) tells who comes back (Kumar, Bhagwat & Zhang 2015). **Against:**
# without a control group nobody knows how many would have come anyway. **Test:** contact half of them, drawn by lot.

# %%
back = crm.campaign_uplift(members[members["campaign"] == "win-back"], wanted="more")
100 * back[["treated_rate", "control_rate", "uplift", "low", "high"]]

# %% [markdown] lang="en"
# 29 % came back, and 22 % of those whom nobody called: the contact brought 7 points (3 to 11). *(Causal.)*
# **Verdict: a number without its control group: it does not say what the contact did.** *(Lesson 09.)*

# %% [markdown] lang="en"
# ## 8 · "A small gain in loyalty gives a large gain in profit"
#
# **Who says so.** B, without a number; others quote 25 to 85 % (Reichheld & Sasser 1990). **For:**
# where margins grow with tenure and few leave, five points of retention are a lot. **Against:** the large numbers
# need an endless horizon or a growing margin, and from 10 % leaving to 5 % is *half* of all defections. **Test:**
# compute it, with base and horizon stated.

# %%
cases = {"years": [5, 5, 200, 200], "retention": [0.60, 0.88, 0.88, 0.95]}
gain = crm.defection_gain(pd.DataFrame(cases).assign(margin=500, discount=0.10))
gain[["years", "retention", "npv_before", "npv_after", "gain_percent"]]

# %% [markdown] lang="en"
# Five points more: 17 % over five years from 60 %, 16 % from 88 %; without an end to the years 37 %, and 58 % where
# 95 % stay already. Over five years the base where few leave gains *less* in percent than the other, against the argument
# above: more yuan (¥209 and ¥99), but on a larger sum. And from 95 % on, five points more are 100 %: nobody ever leaves
# again, which no firm has seen. *(Arithmetic, with a margin that stays the same.)* **Verdict: true of a base and a horizon;
# name them.** *(Lesson 08.)*

# %% [markdown] lang="en"
# ## 9 · "No complaints: good service"
#
# **Who says so.** One paper of B leans to it; another of B, and E, deny it. **For:** where problems are solved at once
# nobody complains. **Against:** three in ten households with a problem did not complain even about the most serious one
# (TARP 1979, as reported); and who says nothing may go (Hirschman 1970). **Test:** complaints beside churn and beside
# problems that an audit found.

# %%
years = {"start": "2023-01-01", "as_of": "2025-12-31"}
record = crm.branch_record(customers, bank.problems, **years, own_choice="own")
record["churn_rank"] = record["churn"].rank().astype(int)
no_complaints = record[record["complaints"] == 0].sort_values("churn")
no_complaints[["branch", "churn", "churn_rank", "noticed_share", "solved_share"]]

# %% [markdown] lang="en"
# Six of 36 branches have no complaints. `noticed_share`: of the problems that an audit found, those that the customer
# noticed; `solved_share`: of these, the solved ones; `churn_rank` 36: the highest churn. In two, problems are noticed (0.73,
# 0.72) and all solved. In two hardly any was noticed (0.08, 0.06). In two they were noticed (0.81, 0.80), hardly solved
# (0.11), and nobody spoke: these lose the most customers of all (ranks 35 and 36). The other four lose fewer than most (ranks
# 4, 7, 9 and 17). Four of the six are better than the middle, two the worst: the number zero does not tell them apart.
# *(Descriptive.)* **Verdict: no. Count problems.** *(Lesson 07.)*

# %% [markdown] lang="en"
# ## 10 · "New customers leave sooner than old ones"
#
# **Who says so.** E. **For:** among customers who joined together, retention typically rises with the years (Fader,
# Hardie, Liu, Davin & Steenburgh 2018). **Against:** not against the fact, against its reading. That study itself finds
# it unlikely that the single customer's rate falls. The restless leave first; nobody need have become loyal (Fader &
# Hardie 2010; Vaupel, Manton & Stallard 1979). **Test:** only with each customer's own *hazard*, the yearly rate of
# leaving that somebody brings along. No real firm knows it; we do.

# %%
people = customers.merge(bank.truth.tables["people"][["customer", "innate_hazard"]])
window = {"as_of": "2025-12-31", "observed_from": "2023-01-01", "own_choice": "own"}
tenure = crm.churn_by_tenure(people, **window, hazard="innate_hazard")
tenure[["from_years", "to_years", "yearly_churn", "ratio", "ratio_low", "ratio_high"]]

# %%
ax = crm.show.plot_tenure(tenure)

# %% [markdown] lang="en"
# Left: churn falls from 21 to 8 % a year. Right: leavers against the number that their own hazards lead one to expect
# (`ratio`) go from 1.05 to 0.94: hardly a change. *(Descriptive; with a truth that only simulated data have.)*
# **Verdict: typical of the field, and no proof of growing loyalty.** *(Lessons 03, 09.)*

# %% [markdown] lang="en"
# ## 11 · "Deposits show who the key accounts are"
#
# **Who says so.** Practice, and many a target sheet; B denies it. **For:** deposits are known today, and they fund
# loans. **Against:** as a staff target they invite month-end money and private rates; the more a number decides, the
# more it is bent (Campbell 1979). **Test:** rank by deposits and by profit, and compare the names.

# %%
overlap = crm.ranking_overlap(year_2025, ["deposits_average", "profit"], top=40)
print(f"{len(year_2025):,} customers")
overlap[["first", "second", "both", "by_chance"]]

# %% [markdown] lang="en"
# 16 of the 40 largest depositors are among the 40 most profitable. Two lists drawn blindly would share 0.10
# *names* (`by_chance`: 40 × 40 / 16,556 customers). So deposits say a great deal, and miss 24 of the 40. *(Descriptive.)*
# **Verdict: a hint, not a list.** *(Lesson 12.)*

# %% [markdown] lang="en"
# ## 12 · "Complainers who are answered become the most loyal"
#
# **Who says so.** A, which says "loyal"; it is called the *service recovery paradox*. **For:** a meta-analysis finds it
# for satisfaction. **Against:** the same one finds none for repurchase, word of mouth and image (de Matos, Henrique &
# Rossi 2007); complainers among buyers of carpets did not mean to buy again more than others (Halstead & Page 1992).
# **Test:** compare answered complainers with customers who are *equally attached*, and do not forget the unanswered.
# Best asked before the complaint.

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
# All numbers are points against customers who did not complain. First table: attachment, of seven; `raw` is the plain
# difference. The other two: satisfaction, of ten. Answered complainers are more attached (0.22 points), and so are the
# *unanswered* (0.39): perhaps the attached bother to complain. Among equally attached customers (asked in the same survey, so
# afterwards) the answered are as satisfied as others (0.01, from −0.16 to 0.17), the unanswered 0.41 points less. But
# attachment is itself what the claim promises: if the answer raised it, this comparison hides that, and if silence
# lowered it, it hides that, too. The third table takes the attachment of the survey *before*. Only 36 answered and 23
# unanswered complainers are left. The answered are at +0.23 (−0.15 to 0.61), the unanswered at +0.16 (−0.33 to 0.64):
# too few to tell; whether anything of the 0.41 remains 23 people cannot say. And these two tables test the satisfaction half
# only; loyalty would be: did they stay? *(Descriptive.)* **Verdict: more satisfied at times, says the field; more loyal is not
# shown.** On our data not even the repair is. *(Lesson 07.)*

# %% [markdown] lang="en"
# ## The verdicts
#
# What is named for and against each claim in the field (*argument*: no publication), what its test shows in our simulated
# companies, and the verdict. The companies show what a test looks like. They do not decide.
#
# | claim | field: for | field: against | simulated | verdict | careless test |
# |---|---|---|---|---|---|
# | 1 a fifth | argument | argument | saved: eight times won | not as it stands | cost per contact |
# | 2 keep first | Gupta 2004 | Ehrenberg 1990, Sharp 2010 | win, then keep | no rule | averages, not the next yuan |
# | 3 20/80 | argument | Kim 2017, McCarthy 2019, Sharp 2019 | 49 to 100 % | a slogan | any base, any window |
# | 4 20/90 | Cooper 1991 | argument | 201 % | can be, and more; 90 means little | costs spread over all |
# | 5 satisfied are loyal | Bolton 1998, Jones 1995 | Jones 1995 | 5.3 points per ten | with a choice, a tendency | no choice in data |
# | 6 loyal are cheap | argument | Reinartz 2000, 2002 | said, not done | long: no; attached: not shown | intentions |
# | 7 30 % return | argument (Kumar 2015: who returns) | argument | 29 %, uncalled 22 % | a number without its control | no control group |
# | 8 small gain, large profit | Reichheld 1990 (the claim itself) | argument | 16 to 58 % | name base and horizon | endless years |
# | 9 no complaints | argument | Hirschman 1970, TARP 1979 | none: four good, two the worst | no | the complaint book |
# | 10 new leave sooner | Fader 2018 | its reading: Fader 2010, Vaupel 1979 | 21 to 8 % | typical; no proof of loyalty | survivors |
# | 11 deposits | argument | Campbell 1979 | 16 of 40 | a hint | the target itself |
# | 12 recovery | de Matos 2007 (satisfied) | de Matos 2007 (loyal), Halstead 1992 | too few to tell | loyal: not shown | answered only |
#
# How many as they stand? We would sign one: number 10, without the moral, for business with a contract.

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
# **References.** Bolton, R. N. (1998). A dynamic model of the duration of the customer's relationship with a continuous
# service provider: The role of satisfaction. *Marketing Science*, 17(1). · Campbell, D. T. (1979). Assessing the impact
# of planned social change. *Evaluation and Program Planning*, 2(1). · Cooper, R., & Kaplan, R. S. (1991). Profit
# priorities from activity-based costing. *Harvard Business Review*, 69(3). · de Matos, C. A., Henrique, J. L., & Rossi,
# C. A. V. (2007). Service recovery paradox: A meta-analysis. *Journal of Service Research*, 10(1). · Ehrenberg, A. S.
# C., Goodhardt, G. J., & Barwise, T. P. (1990). Double jeopardy revisited. *Journal of Marketing*, 54(3). · Fader, P.
# S., & Hardie, B. G. S. (2010). Customer-base valuation in a contractual setting. *Marketing Science*, 29(1). · Fader,
# P. S., Hardie, B. G. S., Liu, Y., Davin, J., & Steenburgh, T. (2018). "How to project customer retention" revisited:
# The role of duration dependence. *Journal of Interactive Marketing*, 43. · Gupta, S., Lehmann, D. R., & Stuart, J. A.
# (2004). Valuing customers. *Journal of Marketing Research*, 41(1). · Halstead, D., & Page, T. J. (1992). The effects
# of satisfaction and complaining behavior on consumer repurchase intentions. *Journal of Consumer Satisfaction,
# Dissatisfaction and Complaining Behavior*, 5. · Hirschman, A. O. (1970). *Exit, Voice, and Loyalty*. · Jones, T. O., &
# Sasser, W. E. (1995). Why satisfied customers defect. *Harvard Business Review*, 73(6). · Kim, B. J., Singh, V., &
# Winer, R. S. (2017). The Pareto rule for frequently purchased packaged goods. *Marketing Letters*, 28. · Kumar, V.,
# Bhagwat, Y., & Zhang, X. (2015). Regaining "lost" customers. *Journal of Marketing*, 79(4). · McCarthy, D. M., &
# Winer, R. S. (2019). The Pareto rule in marketing revisited: is it 80/20 or 70/20? *Marketing Letters*, 30. ·
# Reichheld, F. F., & Sasser, W. E. (1990). Zero defections. *Harvard Business Review*, 68(5). · Reinartz, W., & Kumar,
# V. (2000). On the profitability of long-life customers. *Journal of Marketing*, 64(4). · Reinartz, W., & Kumar, V.
# (2002). The mismanagement of customer loyalty. *Harvard Business Review*, 80(7). · Sharp, B. (2010). *How Brands
# Grow*. Oxford University Press. · Sharp, B., Romaniuk, J., & Graham, C. (2019). Marketing's 60/20 Pareto law. Working
# paper. · TARP (1979). *Consumer complaint handling in America*. · Vaupel, J. W., Manton, K. G., & Stallard, E. (1979).
# The impact of heterogeneity in individual frailty. *Demography*, 16(3). *(What of each work was
# read: [bibliography](93_bibliography.ipynb).)*
