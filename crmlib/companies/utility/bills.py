"""What customers owe and when they pay: bills to the fen, arrears, reminders drawn by lot, payment plans."""

from __future__ import annotations

import numpy as np

from crmlib.companies._store import stream
from crmlib.companies.utility.load import Meter
from crmlib.companies.utility.parameters import (
    DAYS,
    DEFAULT_TARIFF,
    MONTHS,
    TARIFFS,
    TOU_TARIFF,
    WINDOW,
    logistic,
    value,
)
from crmlib.companies.utility.people import NEVER, People

BURN_IN = 18  # months before the window, so that arrears do not start from nothing
UNPAID = 127
DUE_AFTER = 19  # a bill is due on the 20th of the next month
FIRST_STEPS = ("text message", "call")
OUTCOMES = ("paid", "plan running", "written off", "open")


def fen(tariff: np.ndarray, kwh: np.ndarray, contract: np.ndarray, share_of_month: np.ndarray) -> np.ndarray:
    """Amount of each bill in whole fen: energy by period, surcharges by the month's volume, contracted power by day."""
    rules = np.array([row[:9] for row in TARIFFS.values()], dtype=np.int64)[tariff]
    total = kwh.sum(axis=1)
    amount = (kwh * rules[:, 1:4]).sum(axis=1)
    tiered = rules[:, 4] > 0
    second = np.clip(total, rules[:, 4], rules[:, 5]) - rules[:, 4]
    third = np.maximum(total - rules[:, 5], 0)
    amount += np.where(tiered, second * rules[:, 6] + third * rules[:, 7], 0)
    return amount + np.floor(rules[:, 8] * contract * share_of_month).astype(np.int64)


def run_arrears(people: People) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Let customers fall into arrears and out again.

    Returns, per customer and month, how many months late the bill is paid (0: in the ordinary way, UNPAID: never so far) and
    the case that it belongs to (-1: none); per customer the days after the 20th; and the cases.
    """
    rng = stream(people.seed, "arrears")
    n = people.n
    late = np.zeros((n, MONTHS), dtype=np.int8)
    case_of = np.full((n, MONTHS), -1, dtype=np.int32)
    age = np.zeros(n, dtype=np.int16)  # unpaid bills so far
    case = np.full(n, -1, dtype=np.int32)
    busy = np.full(n, -BURN_IN, dtype=np.int16)  # on a plan until this month
    call = np.zeros(n, dtype=bool)
    start = value("arrears.start") * np.exp(value("arrears.strain") * people.strain)
    start *= np.exp(value("arrears.autopay") * (people.payment == 0))
    willing = np.log(value("arrears.pay") / (1 - value("arrears.pay"))) + value("arrears.pay_strain") * people.strain
    slack = rng.integers(0, 9, n)  # days after the 20th on which a customer pays an old debt
    opened, closings, plans = [], [], []
    count = 0

    def settle(who: np.ndarray, month: int, lag: np.ndarray | None) -> None:
        """Note how late the bills of finished cases are paid: all at once, or each by the same `lag` under a plan."""
        for back in range(1, int(age[who].max(initial=0)) + 1):
            if month - back >= 0:
                mine = who[age[who] >= back]
                late[mine, month - back] = back if lag is None else lag[age[who] >= back]

    def close(who: np.ndarray, outcome: int, month: int) -> None:
        closings.append((case[who], np.full(len(who), outcome, dtype=np.int8), np.broadcast_to(month, len(who))))
        age[who], case[who] = 0, -1

    for month in range(-BURN_IN, MONTHS):
        supplied = people.supplied(month) if month >= 0 else people.since < month * 30
        old = np.flatnonzero(age > 0)
        there = supplied[old]
        gone, old = old[~there], old[there]
        pays_last = rng.random(len(gone)) < 0.45
        settle(gone[pays_last], month, None)
        close(gone[pays_last], 0, month)
        close(gone[~pays_last], 2, month + 6)  # written off half a year after leaving

        odds = willing[old] + value("arrears.call") * (call[old] & (age[old] <= 2))
        draw = rng.random((2, len(old)))
        pays = draw[0] < logistic(odds)
        plan = ~pays & (age[old] >= 3) & (draw[1] < value("arrears.plan"))
        lost = ~pays & ~plan & (age[old] >= 12)
        settle(old[pays], month, None)
        close(old[pays], 0, month)
        settle(old[plan], month, age[old[plan]])
        plans.append((case[old[plan]], np.full(plan.sum(), month)))
        busy[old[plan]] = month + age[old[plan]]
        close(old[plan], 0, month + age[old[plan]] - 1)
        close(old[lost], 2, month)

        new = np.flatnonzero(supplied & (age == 0) & (busy <= month) & (rng.random(n) < start))
        call[new] = rng.random(len(new)) < 0.5
        case[new] = count + np.arange(len(new))
        count += len(new)
        opened.append((new, np.full(len(new), month), call[new]))
        age[new] = 0
        unpaid = np.concatenate([np.flatnonzero(age > 0), new])
        age[unpaid] += 1
        if month >= 0:
            late[unpaid, month] = UNPAID
            case_of[unpaid, month] = case[unpaid]

    cases = {name: np.concatenate([part[i] for part in opened]) for i, name in enumerate(("customer", "month", "call"))}
    cases["outcome"] = np.full(count, 3, dtype=np.int8)
    cases["closed"] = np.full(count, MONTHS + 9)
    cases["plan"] = np.full(count, MONTHS + 9)
    for which, outcome, month in closings:
        cases["outcome"][which], cases["closed"][which] = outcome, month
    for which, month in plans:
        cases["plan"][which] = month
    cases["odds"] = willing[cases["customer"]]
    cases["slack"] = slack[cases["customer"]]
    return late, case_of, slack, cases


def make_bills(
    people: People, cooling: np.ndarray, heating: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Read the meters, write every bill and note its payment; return bills (month by month) and arrears cases."""
    late, case_of, slack, cases = run_arrears(people)
    rng = stream(people.seed, "payments")
    meter = Meter(people, cooling, heating)
    rows = sum(int(people.supplied(month).sum()) for month in range(MONTHS))
    names = list(TARIFFS)
    usual = np.array([names.index(name) for name in DEFAULT_TARIFF])
    by_hour = np.array([names.index(name) for name in TOU_TARIFF])
    bills = {
        "customer": np.empty(rows, np.int32), "month": np.empty(rows, np.int8), "tariff": np.empty(rows, np.int8),
        "kwh_peak": np.empty(rows, np.int32), "kwh_flat": np.empty(rows, np.int32), "kwh_valley": np.empty(rows, np.int32),
        "fen": np.empty(rows, np.int64), "paid": np.empty(rows, np.int32), "paid_fen": np.empty(rows, np.int64),
    }  # fmt: skip
    debt = np.zeros(len(cases["customer"]), dtype=np.int64)
    gain = np.zeros((people.n, 2))
    months_on = np.zeros(people.n)
    strain_late = logistic(-2.7 + 0.6 * people.strain)
    at = 0
    for month in range(MONTHS):
        who, kwh, plain = meter.read(month)
        on = people.tou_from[who] <= month
        tariff = np.where(on, by_hour[people.kind[who]], np.where(people.home_flat[who], 0, usual[people.kind[who]]))
        first, last = np.maximum(people.since[who], DAYS[month]), np.minimum(people.left[who] + 1, DAYS[month + 1])
        share = (last - first) / (DAYS[month + 1] - DAYS[month])
        amount = fen(tariff, kwh, people.contract[who], share)
        moved = who[on]
        other = fen(usual[people.kind[moved]], plain[on], people.contract[moved], share[on])
        unmoved = fen(tariff[on], plain[on], people.contract[moved], share[on])
        gain[moved, 0] += other - unmoved  # from the load as it was
        gain[moved, 1] += unmoved - amount[on]  # from shifting
        months_on[moved] += 1

        paid = _ordinary_payment(rng, people.payment[who], strain_late[who], month)
        lag = late[who, month].astype(int)
        behind = np.flatnonzero(lag > 0)
        target = np.minimum(month + 1 + lag[behind], MONTHS)
        paid[behind] = DAYS[target] + DUE_AFTER + slack[who[behind]]
        paid[paid >= WINDOW] = NEVER
        part = (paid == NEVER) & (lag > 0) & (rng.random(len(who)) < 0.12)
        settled = np.where(
            paid < NEVER, amount, np.where(part, amount * rng.integers(20, 61, len(who)) // 10_000 * 100, 0)
        )
        which = case_of[who, month]
        debt[which[which >= 0]] += amount[which >= 0]
        rows_now = slice(at, at + len(who))
        for name, column in (
            ("customer", who), ("month", month), ("tariff", tariff), ("kwh_peak", kwh[:, 0]), ("kwh_flat", kwh[:, 1]),
            ("kwh_valley", kwh[:, 2]), ("fen", amount), ("paid", paid), ("paid_fen", settled),
        ):  # fmt: skip
            bills[name][rows_now] = column
        at += len(who)
    people.truth["yearly_gain"] = gain / 100 / np.maximum(months_on, 1)[:, None] * 12
    cases["debt"] = debt
    return bills, cases


def _ordinary_payment(rng: np.random.Generator, payment: np.ndarray, chance_late: np.ndarray, month: int) -> np.ndarray:
    """Day on which a bill is paid by customers who are not in arrears."""
    draw = rng.random((2, len(payment)))
    issued = DAYS[month + 1] + 2
    on_time = issued + 1 + np.floor(16 * draw[1] ** 0.8)
    delayed = DAYS[month + 1] + DUE_AFTER + 1 + np.floor(24 * draw[1] ** 2.5)
    own = np.where(draw[0] < chance_late, delayed, on_time)
    return np.where(payment == 0, DAYS[month + 1] + DUE_AFTER, own).astype(np.int64)
