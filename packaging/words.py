"""Makes the translation catalogs of the plug-in for GIMP 3. Needs Babel (tests/requirements.txt).

python packaging/words.py

It writes the template for translators, updates every translation in po/ to it, compiles each into
locale/ for GIMP, and lists what is not translated yet.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, write_po

REPOSITORY = Path(__file__).resolve().parents[1]
PLUGIN = REPOSITORY / "plugin" / "neural-style"
PO = PLUGIN / "po"
TEMPLATE = PO / "neural-style.pot"
# Calls whose arguments are texts for a person, from the argument with this index on.
_MARKS = {"_": 0, "_later": 0, "Trouble": 0, "Look": 0, "Number": 1, "Choice": 1, "Flag": 1}
_ENGINE = {"JobFailed": 1, "PictureError": 0, "CoreUnavailable": 0, "CoreDied": 0, "ProtocolError": 0}
# Variables that hold texts; of a tuple, the first element is no text.
_NAMES = (
    *("AUTO", "_REPAIR", "HINT", "PLAIN_STYLE", "_SMALL_STYLE", "_TILED", "_MOVES"),
    *("_NOT_HERE", "_OUT_OF_RANGE"),
)
# Sentences that the engine puts together from parts, as the plug-in shows them.
_ENGINE_SAYS = (
    "The style picture cannot be read: it is damaged or no known kind of picture.",
    "The network's weights are missing.",
)
_SOURCES = (
    "plugin/neural-style",
    "nst_core/client",
    "nst_core/contract",
    "nst_core/processes",
    "nst_core/wire",
    "nst_core/service",
    "nst_core/engine/passes/precision.py",
    "nst_core/engine/stylize.py",
    "nst_core/weights/loading.py",
    "nst_core/files/errors.py",
    "nst_core/files/style.py",
)
_TO_TRANSLATORS = """\
The words of Neural Style for GIMP.

The letter after _ reaches a widget by the keyboard: no two of one window have the same. Words in {} stay as
they are, and are replaced by names and numbers. Where the same words need two translations, please say so.
"""
_HEADER = ("Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")


class Words(Catalog):
    """A catalog whose header is the same at every run: without dates and the version of Babel."""

    def __iter__(self) -> Iterator[Message]:
        header, *entries = super().__iter__()
        lines = (line for line in str(header.string).splitlines() if line.split(":")[0] in _HEADER)
        header.string = "".join(f"{line}\n" for line in lines)
        return iter([header, *entries])


def template() -> Words:
    """Returns all texts for a person, with the files that contain them, and what translators should know."""
    header = "\n".join(f"# {line}".rstrip() for line in _TO_TRANSLATORS.splitlines())
    catalog = Words(header_comment=header, fuzzy=False)
    for text, place, comment in sorted(_words()):
        catalog.add(text, locations=[(place, 0)], auto_comments=[comment] if comment else [])
    return catalog


def translation(po: Path) -> Words:
    """Returns the translations of the file ``po``, updated to the template; reworded texts become fuzzy."""
    catalog = Words(locale=po.stem)
    with po.open(encoding="utf-8") as file:
        PoFileParser(catalog, ignore_obsolete=True, abort_invalid=True).parse(file)
    catalog.update(template())
    return catalog


def compiled(catalog: Words) -> bytes:
    """Returns ``catalog`` as a .mo file, which GIMP's Python reads; it has no fuzzy or empty entries."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def files() -> dict[Path, bytes]:
    """Returns what the template, each translation and each compiled catalog must contain, by their paths."""
    contents = {TEMPLATE: _written(template())}
    for po in sorted(PO.glob("*.po")):
        catalog = translation(po)
        contents[po] = _written(catalog)
        contents[PLUGIN / "locale" / po.stem / "LC_MESSAGES" / "neural-style.mo"] = compiled(catalog)
    return contents


def _written(catalog: Words) -> bytes:
    file = io.BytesIO()
    write_po(file, catalog, width=0, ignore_obsolete=True, include_lineno=False)
    return file.getvalue()


def _words() -> Iterator[tuple[str, str, str]]:
    """Yields every text for a person, with the path of its file in the repository, and a comment or ""."""
    for source in _SOURCES:
        place = REPOSITORY / source
        for file in [place] if place.is_file() else place.rglob("*.py"):
            source_text = file.read_text(encoding="utf-8")
            tree, comments = ast.parse(source_text), _comments(source_text)
            about = dict(_about_parameters(tree))
            for node in _in_file(tree):
                comment = comments.get(node.lineno) or about.get(node.value, "")
                yield str(node.value), file.relative_to(REPOSITORY).as_posix(), comment
    yield from ((text, "nst_core", "") for text in _ENGINE_SAYS)
    for sample in (REPOSITORY / "install" / "samples" / "styles").glob("*.jpg"):
        yield sample.stem.replace("-", " ").capitalize(), "install/samples", "The name of a style picture"


def _comments(source: str) -> dict[int, str]:
    """Returns what the comments “# Translators: …” say, by the line below each."""
    found: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line, before = token.start[0], found.pop(token.start[0], "")
            begun = re.match(r"# Translators: (.*)", token.string)
            if begun or before:
                found[line + 1] = begun[1] if begun else f"{before} {token.string[2:]}"
    return found


def _about_parameters(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yields the texts of each parameter's entry in a table, with what each is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Number", "Choice", "Flag"):
            label, help_ = (constant.value for constant in _constants(node.args[1:3]))
            yield label, f"The name of a setting: {help_[0].lower()}{help_[1:]}"
            yield help_, f"The help on “{label.replace('_', '')}”"
            for option in _options(node):
                yield option.value, f"A choice for “{label.replace('_', '')}”"


def _in_file(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
            yield from _in_call(node, node.func.id if isinstance(node.func, ast.Name) else node.func.attr)
        elif isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["hint"]:
            yield from _constants([node.value])
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if ast.unparse(target) in _NAMES:
                yield from _constants(
                    node.value.elts[1:] if isinstance(node.value, ast.Tuple) else [node.value]
                )
            elif ast.unparse(target) == "GROUPS" and isinstance(node.value, ast.Tuple):
                yield from _constants(
                    [group.elts[0] for group in node.value.elts if isinstance(group, ast.Tuple)]
                )


def _in_call(node: ast.Call, name: str) -> Iterator[ast.Constant]:
    if name in _MARKS or name in _ENGINE:
        yield from _constants(node.args[_MARKS.get(name, _ENGINE.get(name, 0)) :])
    yield from _options(node) if name == "Choice" else ()
    for keyword in node.keywords:
        if keyword.arg in ("hint", "message", "text") and name in (*_ENGINE, "answer", "tell"):
            yield from _constants([keyword.value])


def _options(node: ast.Call) -> Iterator[ast.Constant]:
    """Yields the texts of a choice's options."""
    for keyword in node.keywords:
        if keyword.arg == "options" and isinstance(keyword.value, ast.Tuple):
            pairs = [pair for pair in keyword.value.elts if isinstance(pair, ast.Tuple)]
            yield from _constants([pair.elts[1] for pair in pairs])


def _constants(nodes: list[ast.expr]) -> Iterator[ast.Constant]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node


def main() -> None:
    for path, data in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for po in sorted(PO.glob("*.po")):
        for entry in translation(po):
            if not entry.string or entry.fuzzy:
                print(f"{po.stem} lacks: {entry.id}")


if __name__ == "__main__":
    main()
