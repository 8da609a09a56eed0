"""Two questions of your own for exercise 02: an example to change. instructor/grading.md says how to use it.

Students get the text between the lines, on the board or on your platform. They add a cell at the end of their
exercise and write the name, an equals sign and what computes their answer:

    Question A. How many customers brought a revenue of more than 5,000 yuan in 2024? Write:  good_customers = ...
    Question B. Of these, how many have a row for 2025, too? Write:  still_here = ...

Change YEAR or LEAST, below and in the text, and nobody has seen the question before.
"""

from crmlib.practice import Misconception, Question

YEAR, LEAST = 2024, 5_000


def good(bank):
    rows = bank.years
    return rows[(rows["year"] == YEAR) & (rows["revenue"] > LEAST)]


def good_customers(bank):
    return len(good(bank))


def still_here(bank):
    later = bank.years.loc[bank.years["year"] == YEAR + 1, "customer"]
    return int(good(bank)["customer"].isin(later).sum())


QUESTIONS = (
    Question(
        name="a",
        variable="good_customers",
        points=2,
        kind="number",
        unit="customers",
        expected=good_customers,
        misconceptions=[
            Misconception(
                "all years for one",
                lambda bank: int((bank.years["revenue"] > LEAST).sum()),
                f"That counts the rows of all years. Keep those of {YEAR} first.",
            ),
        ],
    ),
    Question(
        name="b",
        variable="still_here",
        points=2,
        kind="number",
        unit="customers",
        expected=still_here,
        misconceptions=[
            Misconception(
                "good in both years",
                lambda bank: int(
                    good(bank)["customer"]
                    .isin(bank.years.query(f"year == {YEAR + 1} and revenue > {LEAST}")["customer"])
                    .sum()
                ),
                f"That counts who brought more than {LEAST:,} yuan in {YEAR + 1}, too. A row for {YEAR + 1} is enough.",
            ),
        ],
    ),
)
