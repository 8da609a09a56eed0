"""The reference pages: none of the course's 81 concepts is missing, each has a section that computes it, and no page is stale."""

from __future__ import annotations

import re
from collections import Counter

import nbformat
import pytest

import crmlib
from tools import build, reference

CONCEPTS = reference.concepts()
LESSONS = reference.lessons()
# A: 26 with A1-A6 ... as the sources number them; a sub-number stands behind a dot, a variant has a letter.
WANTED = {
    *(f"A{number}" for number in range(1, 27) if number != 24), "A24",
    "B1.1", "B1.2", "B1.3", "B1.4", "B1.5", "B1.6", "B2.1", "B2.2", "B2.3", "B2.5", "B2.6", "B3.1", "B3.2",
    *(f"B3.S{number}" for number in range(1, 7)), "B4.1", "B4.3", "B4.4", "B5.1", "B5.2", "B5.3",
    "C1", "C2", "C4", "C5", "C5b", "C6", "C7", "C8", "C9", "C10", "C11", "C12",
    "D1", "D3", "D4", "D6", "D7", "D8", "E1", "E2", "E3", "E4", "E5", "E6a", "E6b", "E6c", "E6d", "E6e", "E6f", "E7",
}  # fmt: skip


def metadata(number: str) -> list[str]:
    return nbformat.read(build.ROOT / "notebooks" / f"{LESSONS[number].stem}.ipynb", as_version=4).metadata["crm"][
        "concepts"
    ]


def test_no_concept_is_missing():
    assert len(WANTED) == 81
    assert set(CONCEPTS) == WANTED
    named = {concept for number in LESSONS for concept in metadata(number)}
    assert named == WANTED


@pytest.mark.parametrize("concept", CONCEPTS)
def test_a_concept_has_a_section_that_computes_it_and_tests_that_check_it(concept, root):
    row = CONCEPTS[concept]
    for number in (row["lesson"], *row.get("also", [])):
        assert concept in metadata(number)
    found = reference.sections(LESSONS[row["lesson"]])
    assert row["section"] in found, f"{LESSONS[row['lesson']].name} has no heading {row['section']!r}"
    assert found[row["section"]], f"nothing is computed under {row['section']!r}"
    tests = "\n".join(file.read_text(encoding="utf-8") for file in (root / "tests" / row["tests"]).rglob("*.py"))
    assert tests
    for function in row["functions"]:
        assert function in dir(crmlib) or function in dir(crmlib.show)
        assert re.search(rf"\b{function}\b", found[row["section"]]), f"{function} is not used there"
        assert re.search(rf"\b{function}\b", tests), f"tests/{row['tests']} does not know {function}"


def test_a_lesson_s_other_concepts_are_found_in_the_index():
    """What a lesson names in its metadata leads back to it from the index."""
    led = {(concept, number) for concept, row in CONCEPTS.items() for number in (row["lesson"], *row.get("also", []))}
    assert led == {(concept, number) for number in LESSONS for concept in metadata(number)}


def test_a_term_has_one_translation_and_a_meaning():
    terms = reference.glossary()
    assert len(terms) > 100
    assert [term.english for term in terms if not (term.chinese and term.meaning)] == []
    assert [term.english for term in terms if not re.search("[\u4e00-\u9fff]", term.chinese)] == []
    chinese: dict[str, set] = {}
    for source in LESSONS.values():
        _, _, after = reference.prose(source).partition(reference.TERMS)
        for line in after.splitlines()[2:]:
            if not line.startswith("|"):
                break
            english, word, _ = (cell.strip() for cell in line.strip("|").split("|"))
            chinese.setdefault(english.lower(), set()).add(word)
    assert {english: words for english, words in chinese.items() if len(words) > 1} == {}


def test_every_lesson_cites_and_every_work_has_an_author_and_a_year():
    assert [number for number in LESSONS if not reference.references(LESSONS[number])] == []
    works = reference.bibliography()
    without = [work.key for work in works if not re.search(r"\d{4}", work.key)]
    assert set(without) <= {"China Banking Regulatory Commission and others", "Regulation", "Kotler"}
    assert Counter(work.key for work in works).most_common(1)[0][1] == 1
    assert {work.read for work in works} <= set(reference.READ)


def test_a_work_that_nobody_cites_is_named(tmp_path):
    folder = tmp_path / "notebooks" / "source"
    folder.mkdir(parents=True)
    (folder / "00_a.py").write_text(
        "# %% [markdown]\n# **References.** Wu, A. (2001). *A*. · Li, B. (2002). *B*.\n", encoding="utf-8"
    )
    (folder / "bibliography.toml").write_text('"Wu 2001" = "whole"\n', encoding="utf-8")
    found = reference.bibliography(tmp_path)
    assert [(work.key, work.read) for work in found] == [("Li 2002", "memory"), ("Wu 2001", "whole")]
    (folder / "bibliography.toml").write_text('"He 1999" = "whole"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="no lesson cites: He 1999"):
        reference.bibliography(tmp_path)


@pytest.mark.parametrize("page", reference.PAGES)
def test_a_reference_page_is_the_generated_one(page):
    file, text = next((file, text) for file, text in build.reference_pages().items() if file.stem == page)
    assert file.read_text(encoding="utf-8") == text, "Type: python course.py build reference"
