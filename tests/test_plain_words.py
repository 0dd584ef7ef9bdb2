"""The pages are easy to read: hardly a sentence is long."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md")])
LONG = 35  # words


def sentences(page: Path) -> list[str]:
    """The sentences of a page, without its code, its tables, its headings and its pictures."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    paragraphs: list[list[str]] = [[]]
    for line in text.splitlines():
        if not line.strip() or line.startswith(("#", "|", "    ", "!", "<")):
            paragraphs.append([])
        elif re.match(r"\s*([*-]|\d+\.)\s", line):
            paragraphs.append([re.sub(r"^\s*([*-]|\d+\.)\s+", "", line)])
        else:
            paragraphs[-1].append(line.strip())
    found = [
        sentence
        for paragraph in paragraphs
        for sentence in re.split(r"(?<=[.!?])[”’)*]*\s+(?=[A-Z“‘`*(0-9])", " ".join(paragraph))
    ]
    return [sentence for sentence in found if sentence]


def words(sentence: str) -> int:
    return len([word for word in sentence.split() if re.search(r"\w", word)])


def test_fewer_than_two_sentences_of_a_hundred_are_long() -> None:
    found = {f"{page.name}: {sentence}": words(sentence) for page in PAGES for sentence in sentences(page)}
    long = [sentence for sentence, count in found.items() if count > LONG]
    assert len(found) > 300
    assert len(long) < 0.02 * len(found), "\n".join(long)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_sentence_has_twenty_words_at_most_on_average(page: Path) -> None:
    counts = [words(sentence) for sentence in sentences(page)]
    assert sum(counts) / len(counts) <= 20
