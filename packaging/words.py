"""Collects every word that a person sees in GIMP 3 into the template for translators.

python packaging/words.py          writes plugin/neural-style/po/neural-style.pot
python packaging/words.py LANGUAGE lists what po/LANGUAGE.po does not translate
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PLUGIN = REPOSITORY / "plugin" / "neural-style"
TEMPLATE = PLUGIN / "po" / "neural-style.pot"
# What holds words: those that are marked, the sentences of trouble, and the tables of parameters.
_MARKS = {"_": 0, "_later": 0, "Trouble": 0, "Look": 0, "Number": 1, "Choice": 1, "Flag": 1}
_ENGINE = {"JobFailed": 1, "PictureError": 0, "CoreUnavailable": 0, "CoreDied": 0, "ProtocolError": 0}
# What the engine puts together from parts, as a person of GIMP gets to see it.
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
    "nst_core/engine/stylize.py",
    "nst_core/weights/loading.py",
    "nst_core/files/errors.py",
    "nst_core/files/style.py",
)


def words() -> dict[str, list[str]]:
    """Returns every word with the files in which it is."""
    found: dict[str, list[str]] = {}
    for source in _SOURCES:
        place = REPOSITORY / source
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            name = file.relative_to(REPOSITORY).as_posix()
            for text in _in_file(ast.parse(file.read_text(encoding="utf-8"))):
                if name not in found.setdefault(text, []):
                    found[text].append(name)
    for text in _ENGINE_SAYS:
        found.setdefault(text, []).append("nst_core")
    for sample in sorted((REPOSITORY / "install" / "samples" / "styles").glob("*.jpg")):
        found.setdefault(sample.stem.replace("-", " ").capitalize(), []).append("install/samples")
    return found


def _in_file(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
            yield from _in_call(node, node.func.id if isinstance(node.func, ast.Name) else node.func.attr)
        elif isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["hint"]:
            yield from _constants([node.value])
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if ast.unparse(target) in (
                "AUTO",
                "_REPAIR",
                "HINT",
                "PLAIN_STYLE",
                "_SMALL_STYLE",
                "_TILED",
                "_MOVES",
            ):
                yield from _constants(
                    node.value.elts[1:] if isinstance(node.value, ast.Tuple) else [node.value]
                )
            elif ast.unparse(target) == "GROUPS" and isinstance(node.value, ast.Tuple):
                yield from _constants(
                    [group.elts[0] for group in node.value.elts if isinstance(group, ast.Tuple)]
                )


def _in_call(node: ast.Call, name: str) -> Iterator[str]:
    if name in _MARKS or name in _ENGINE:
        yield from _constants(node.args[_MARKS.get(name, _ENGINE.get(name, 0)) :])
    for keyword in node.keywords:
        if name == "Choice" and keyword.arg == "options" and isinstance(keyword.value, ast.Tuple):
            pairs = [pair for pair in keyword.value.elts if isinstance(pair, ast.Tuple)]
            yield from _constants([pair.elts[1] for pair in pairs])
        elif keyword.arg in ("hint", "message", "text") and name in (*_ENGINE, "answer", "tell"):
            yield from _constants([keyword.value])


def _constants(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.value


def template() -> str:
    """Returns the template as gettext has it."""
    entries = ['msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n']
    for text, files in sorted(words().items()):
        entries.append(f'#: {" ".join(files)}\nmsgid {json.dumps(text, ensure_ascii=False)}\nmsgstr ""\n')
    return "\n".join(entries)


def main() -> None:
    if len(sys.argv) == 1:
        TEMPLATE.parent.mkdir(exist_ok=True)
        TEMPLATE.write_text(template(), encoding="utf-8")
        return
    sys.path[:0] = [str(PLUGIN)]
    from text.language import catalog

    known = catalog((PLUGIN / "po" / f"{sys.argv[1]}.po").read_text(encoding="utf-8"))
    sys.stdout.writelines(f"{text}\n" for text in words() if text not in known)


if __name__ == "__main__":
    main()
