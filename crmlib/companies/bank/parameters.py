"""Harbour Bank's structural parameters: every number that the simulation puts in, what it means and where it is from.

`published` marks a size taken from the literature (named in the datasheet); everything else is a design choice.
"""

from __future__ import annotations

MONTHS = 36
PER_YEAR = 12
WAVE_MONTHS = (9, 21, 33)  # the yearly survey goes out in October
DIMENSIONS = ("tan", "rel", "res", "ass", "emp")
ITEMS = {"tan": 4, "rel": 5, "res": 4, "ass": 4, "emp": 5}
PRODUCTS = ("current", "savings", "card", "wealth", "mortgage", "loan", "insurance")
SEGMENTS = ("convenience", "yield", "credit", "advice")

# name: (value, what it means)
PARAMETERS: dict[str, tuple[float, str]] = {
    # --- leaving
    "churn.base": (0.215, "yearly hazard of a new customer at average covariates and frailty 1"),
    "churn.frailty_variance": (0.50, "variance of the gamma frailty at joining (mean 1); published: order of magnitude"),
    "churn.satisfaction": (-0.45, "log-hazard per SD of latent satisfaction"),
    "churn.attachment": (-0.35, "log-hazard per SD of latent attachment"),
    "churn.switching_cost": (-0.30, "log-hazard per SD of latent switching cost"),
    "churn.products": (-0.05, "log-hazard per product held"),
    "churn.rival_offer": (0.70, "log-hazard in the six months after a rival's offer"),
    "churn.unresolved": (0.80, "log-hazard in the six months after a problem that the customer noticed and nobody solved"),
    "churn.referred": (-0.18, "log-hazard of customers who were referred by a customer; published: sign and persistence"),
    "churn.adviser": (-0.20, "log-hazard while a personal adviser is assigned (social bond)"),
    "churn.payroll": (-0.40, "log-hazard while salaries or payables run through the bank (structural bond)"),
    "churn.involuntary": (0.008, "yearly hazard of leaving by death, relocation abroad or closure by the bank"),
    # --- service quality to loyalty, standardised latents
    "quality.branch_share": (0.09, "share of the variance of perceived quality that lies between branches"),
    "quality.weight_tan": (0.10, "weight of tangibles in overall quality"),
    "quality.weight_rel": (0.35, "weight of reliability in overall quality"),
    "quality.weight_res": (0.25, "weight of responsiveness in overall quality"),
    "quality.weight_ass": (0.15, "weight of assurance in overall quality"),
    "quality.weight_emp": (0.15, "weight of empathy in overall quality"),
    "trust.reliability": (0.55, "confidence on perceived reliability"),
    "trust.assurance": (0.25, "confidence on perceived assurance"),
    "satisfaction.quality": (0.40, "cumulative satisfaction on overall perceived quality"),
    "satisfaction.trust": (0.35, "cumulative satisfaction on confidence"),
    "satisfaction.special": (0.12, "cumulative satisfaction on special treatment"),
    "satisfaction.economic": (0.0, "cumulative satisfaction on economic benefit: none"),
    "satisfaction.taking_part": (0.30, "lift in satisfaction, in SD, for customers who take part in the customer panel"),
    "commitment.satisfaction": (0.45, "commitment on satisfaction"),
    "commitment.community": (0.25, "commitment on community benefit"),
    "commitment.special": (0.15, "commitment on special treatment"),
    "commitment.trust": (0.0, "commitment on confidence, given satisfaction: none directly"),
    "attachment.commitment": (0.50, "attachment on commitment"),
    "attachment.satisfaction": (0.15, "attachment on satisfaction"),
    "intention.commitment": (0.35, "intention to stay on commitment"),
    "intention.satisfaction": (0.30, "intention to stay on satisfaction"),
    "intention.economic": (0.0, "intention to stay on economic benefit: none"),
    "word_of_mouth.satisfaction": (0.40, "word of mouth on satisfaction"),
    "word_of_mouth.commitment": (0.25, "word of mouth on commitment"),
    "community.club": (0.80, "community benefit, in SD, of club members against others"),
    "special.offer": (0.80, "lift in special treatment, in SD, by the randomised offer"),
    "economic.attachment": (0.50, "discounts went to the attached: economic benefit on lasting attachment"),
    # --- problems
    "problem.rate": (0.30, "problems per customer and year in an ordinary branch; published: order of magnitude"),
    "problem.noticed": (0.75, "share of problems that the customer notices, ordinary branch"),
    "problem.solved_at_once": (0.20, "share of noticed problems solved before anyone complains, ordinary branch"),
    "problem.voice": (0.35, "share of the other noticed problems that are voiced at average attachment, ordinary branch"),
    "problem.voice_attachment": (0.40, "log-odds of voicing per SD of attachment"),
    "problem.resolved": (0.62, "share of voiced problems that get resolved; published: order of magnitude"),
    "problem.mark_unresolved": (-0.40, "reported satisfaction, in SD, after an unresolved problem in the last 12 months"),
    "problem.mark_resolved": (-0.05, "reported satisfaction, in SD, after a resolved one: no recovery paradox"),
    # --- contacts
    "contact.teller": (1.3, "teller visits per year before a customer's own pull (truth.people: engagement, quiet, size)"),
    "contact.call": (0.9, "calls per year before a customer's own pull"),
    "contact.fcr_base": (0.80, "true first-contact resolution of an agent of average skill"),
    "contact.fcr_skill": (0.35, "log-odds of true first-contact resolution per SD of agent skill"),
    "contact.coded_if_not": (0.45, "probability that an agent codes an unresolved contact as resolved"),
    "cost.teller": (15.0, "CNY per teller visit"),
    "cost.call": (8.0, "CNY per call"),
    "cost.app": (0.2, "CNY per app session"),
    "cost.adviser": (1200.0, "CNY per customer and year with a personal adviser, median at average size"),
    "cost.business": (1400.0, "CNY per year of account management for a small business, median at average size"),
    "cost.overhead": (24.0, "CNY of overhead allocated to each customer and year"),
    # --- money
    "money.size_sd": (1.88, "SD of log customer size (deposits, loans and fees scale with it)"),
    "money.growth": (0.08, "yearly growth of customers' wallets"),
    "money.referred_lead": (0.25, "log revenue lead of a referred customer at joining; published: sign and fading"),
    "money.referred_fade": (1.5, "years after which that lead has fallen to 1/e"),
    "money.quality_market": (0.10, "log revenue per SD of the location's quality (between branches)"),
    "money.mood": (0.02, "log revenue next year per SD of staff satisfaction (within a branch)"),
    "gaming.share": (0.45, "share of managers who pull deposits in at month end"),
    "gaming.lift": (0.18, "log lift of month-end over daily-average deposits under such a manager"),
    # --- staff
    "staff.location": (0.50, "staff satisfaction, in SD, per SD of the location's quality"),
    "staff.profit": (0.50, "staff satisfaction, in SD, per SD of this year's branch result: profit lifts mood"),
    "staff.roster": (0.60, "lift in staff satisfaction, in SD, by the randomised rostering pilot"),
    # --- survey
    "survey.response": (0.25, "response rate at average satisfaction; published: order of magnitude"),
    "survey.response_satisfaction": (0.35, "log-odds of answering per SD of satisfaction"),
    "survey.follow_up": (0.06, "share of non-respondents followed up by phone until they answer"),
    # --- campaigns
    "retention.persuadable": (-0.56, "log-hazard in the year after a retention call, customers who are not quiet"),
    "retention.sleeping_dog": (0.36, "log-hazard in the year after a retention call, quiet customers"),
    "retention.quiet_share": (0.20, "share of customers who are quiet (low engagement)"),
    "cross_sell.base": (0.010, "share of the untreated who open the product in three months"),
    "cross_sell.lift": (0.010, "extra share when treated, segments other than advice"),
    "cross_sell.lift_advice": (0.045, "extra share when treated, segment advice"),
    "win_back.control": (0.22, "share of lost customers of average attachment who return without contact"),
    "win_back.treated": (0.30, "share of lost customers of average attachment who return when contacted"),
    "acquisition.prospect": (0.015, "response of a mailed prospect"),
    "acquisition.suspect": (0.005, "response of a mailed suspect"),
    "acquisition.control": (0.001, "share who come unasked in the same two months"),
    "fee_test.log_odds": (0.60, "log-odds of dropping the service when its fee rises 20 %"),
    "fee_test.attachment": (-0.15, "change of that effect per SD of attachment"),
    "messages.withdrawal": (0.25, "log-hazard of withdrawing consent per marketing message in a quarter beyond two"),
    "choice.brand": (0.25, "log-odds of choosing a bank next per point of its brand rating (1-10)"),
    "choice.value": (0.40, "log-odds of choosing a bank next per point of its value rating (1-10)"),
    "choice.relationship": (0.35, "log-odds of choosing a bank next per point of its relationship rating (1-10)"),
    "choice.inertia": (0.90, "log-odds of choosing the present main bank again, ratings held equal"),
    # --- purchases
    "purchases.r": (0.60, "BG/NBD r: shape of the purchase rates"),
    "purchases.alpha": (6.0, "BG/NBD alpha, weeks: scale of the purchase rates"),
    "purchases.a": (0.90, "BG/NBD a: dropout after a purchase"),
    "purchases.b": (3.20, "BG/NBD b: dropout after a purchase"),
    "spend.p": (5.0, "Gamma-Gamma p: shape of a customer's spend"),
    "spend.q": (4.0, "Gamma-Gamma q: shape across customers"),
    "spend.v": (600.0, "Gamma-Gamma v, CNY: scale across customers"),
}  # fmt: skip


def value(name: str) -> float:
    """Return the value of a structural parameter."""
    return PARAMETERS[name][0]
