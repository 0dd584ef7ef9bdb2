"""Every sentence by which the installer says that something is wrong is explained in docs/install.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from ..conftest import REPOSITORY

SAYING = {"Failure": 0, "Refusal": 0, "Told": 0, "Finding": 0, "Fact": 1}
"""What carries a sentence, and which of its arguments that is; the advice comes after it."""

ENDING = {"exit", "ArgumentTypeError"}
"""What carries one sentence alone."""


def sentences() -> Iterator[str]:
    """Gives each sentence of a failure, … in place of what is put into it."""
    files = [
        REPOSITORY / "install/__main__.py",
        *REPOSITORY.glob("install/nst_install/*.py"),
        *REPOSITORY.glob("nst_core/pip/*.py"),
    ]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for said in carried(node):
                text = read(said)
                if text and not re.fullmatch(r"[…\s.:]*", text):
                    yield text


def carried(node: ast.AST) -> list[ast.expr]:
    """What ``node`` says, if it is a failure, a pair of sentences, or the text that one is made of."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
        place = SAYING[node.func.id]
        return [node.args[place]] if len(node.args) > place + 1 else []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ENDING:
        return node.args[:1]
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 2:
        return [node.value.elts[0]]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return [node.value] if node.targets[0].id in ("what", "reason") else []
    if isinstance(node, ast.FunctionDef) and node.name == "_no_files":
        return [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
    return []


def read(said: ast.expr) -> str:
    """The text of a literal with … for each value; empty for what is no literal."""
    if isinstance(said, ast.Constant) and isinstance(said.value, str):
        return said.value
    if isinstance(said, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in said.values)
    return ""


def first_words(sentence: str) -> str:
    """The first five words that are the same each time: what a person would search for."""
    words = sentence.partition("(")[0].split()
    while "…" in words[0]:
        words.pop(0)
    return " ".join(words[:5]).rstrip(".,: ")


def page() -> str:
    text = (REPOSITORY / "docs/install.md").read_text(encoding="utf-8")
    return " ".join(re.sub(r"[*`|]", " ", text).split())


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_each_sentence_is_found_in_the_docs_by_its_first_words(sentence: str) -> None:
    words = [re.escape(word).replace("…", ".+?") for word in first_words(sentence).split()]
    assert re.search(r"\s+".join(words), page()), first_words(sentence)


def test_there_are_sentences() -> None:
    said = set(sentences())
    assert len(said) > 60
    assert "The proxy asks for a name and a password (407)." in said
