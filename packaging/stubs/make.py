"""Writes the stubs of GIMP's modules beside it: ``python packaging/stubs/make.py FOLDER…``.

The folders hold GIMP's introspection data: Gimp-3.0.gir, GimpUi-3.0.gir and Gegl-0.4.gir, which Debian has in
libgimp-3.0-dev and libgegl-dev. Take those of the oldest GIMP that the plug-in runs in. Only what the plug-in
names is written, with the types that it needs. Runs in the environment of the tests.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLUGIN = HERE.parents[1] / "plugin" / "neural-style"
FILES = {"Gegl": "Gegl-0.4.gir", "Gimp": "Gimp-3.0.gir", "GimpUi": "GimpUi-3.0.gir"}
FOREIGN = ("Gdk", "GdkPixbuf", "Gio", "GLib", "GObject", "Gtk")  # these have stubs; all else is Any
# Functions that can return None, though the data of GIMP 3.0 does not say so.
CAN_BE_NONE = {
    "Drawable": ("get_thumbnail",),
    "Image": ("get_color_profile", "get_layer_by_tattoo", "merge_visible_layers"),
    "Item": ("get_parasite", "get_parent"),
    "Layer": ("from_mask", "get_mask"),
    "": ("file_load",),
}
# A method that PyGObject gives every object, though its stubs lack it. It returns a GParamSpec.
ADDED = {"ProcedureConfig": "def find_property(self, property_name: str) -> Any: ..."}
_INTEGERS = ("char", "short", "int", "long", "int8", "int16", "int32", "int64")
_PLAIN = {
    **{f"g{sign}{name}": "int" for name in _INTEGERS for sign in ("", "u")},
    **dict.fromkeys(("gsize", "gssize", "GLib.Quark"), "int"),
    **dict.fromkeys(("gfloat", "gdouble"), "float"),
    **dict.fromkeys(("utf8", "filename", "gunichar"), "str"),
    "none": "None",
    "gboolean": "bool",
    "gpointer": "Any",
    "GType": "GObject.GType",
}
_LISTS = ("GLib.List", "GLib.SList", "GLib.Array", "GLib.PtrArray")
_TAG = "{http://www.gtk.org/introspection/core/1.0}"
_BOXED = "{http://www.gtk.org/introspection/glib/1.0}get-type"

_HEADER = '''\
"""The part of GIMP {version}'s module {module} that the plug-in names; made by packaging/stubs/make.py.

Names and types are facts from the introspection data of {source}; nothing else of it is here.
"""
# mypy: disable-error-code="override"
# Functions of the same name may take other arguments than in the class that theirs comes from.

'''


def mentioned(folder: Path) -> tuple[set[tuple[str, str]], set[str]]:
    """Returns the (module, name) pairs that Python files use, and the attributes they read or override."""
    names: set[tuple[str, str]] = set()
    members: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("do_"):
                members.add(node.name)
            elif isinstance(node, ast.Attribute):
                members.add(node.attr)
                if isinstance(node.value, ast.Name) and node.value.id in FILES:
                    names.add((node.value.id, node.attr))
    return names, members


def _kind(element: ET.Element) -> str:
    return element.tag.removeprefix(_TAG)


def _inner(element: ET.Element, *kinds: str) -> list[ET.Element]:
    return [child for child in element if _kind(child) in kinds]


def _name(element: ET.Element) -> str:
    """Returns the name of an element in Python."""
    name = element.get("shadows") or element.get("name") or ""
    return f"do_{name}" if _kind(element) == "virtual-method" else name


def _parameters(element: ET.Element) -> list[ET.Element]:
    return [parameter for group in _inner(element, "parameters") for parameter in _inner(group, "parameter")]


class Stubs:
    """The stubs of each module: what is added, and the types that it needs; of classes only ``members``."""

    def __init__(self, modules: dict[str, ET.Element], members: set[str]) -> None:
        self._data = {
            module: {_name(child): child for child in element if child.get("introspectable") != "0"}
            for module, element in modules.items()
        }
        self._members = members
        self.written: dict[str, dict[str, str]] = {module: {} for module in modules}

    def add(self, module: str, name: str) -> None:
        """Writes the stub of ``name``, of any kind. Raises ``KeyError`` when ``module`` has no such name."""
        element = self._data[module][name]
        if name in self.written[module]:
            return
        self.written[module][name] = ""  # its own types may name it: against an endless recursion
        kind = _kind(element)
        if kind in ("class", "record"):
            head = f"class {name}({self._base(module, element)}):"
            text = "\n    ".join([head, *(list(self._class(module, name, element)) or ["..."])])
        elif kind in ("enumeration", "bitfield"):
            head = f"class {name}(GObject.{'GEnum' if kind == 'enumeration' else 'GFlags'}):"
            values = [(_name(member).upper(), member.get("value")) for member in _inner(element, "member")]
            used = [f"{value} = {number}" for value, number in values if value in self._members]
            text = "\n    ".join([head, *(used or ["..."])])
        elif kind == "callback":
            hints = ", ".join(self._type(module, parameter) for parameter in _parameters(element))
            text = f"{name} = Callable[[{hints}], {self._returned(module, element)}]"
        elif kind == "function":
            text = self._function(module, element)
        else:
            text = f"{name}: {self._type(module, element)}"
        self.written[module][name] = text

    def _base(self, module: str, element: ET.Element) -> str:
        parent = element.get("parent")
        if parent:
            return self._named(module, parent)
        return "GObject.GBoxed" if _BOXED in element.attrib else ""

    def _class(self, module: str, name: str, element: ET.Element) -> Iterator[str]:
        kinds = ["constructor", "function", "method", "virtual-method"]
        if _kind(element) == "record":
            kinds.append("field")
        for member in sorted(_inner(element, *kinds), key=_name):
            if _name(member) not in self._members or member.get("introspectable") == "0":
                continue
            if _kind(member) == "field":
                yield f"{_name(member)}: {self._type(module, member)}"
                continue
            decorator = {"constructor": "@classmethod", "function": "@staticmethod"}.get(_kind(member))
            yield from [decorator] if decorator else []
            yield self._function(module, member, name)
        if name in ADDED:
            yield ADDED[name]

    def _function(self, module: str, element: ET.Element, owner: str = "") -> str:
        args, outs = self._arguments(module, element)
        value = self._returned(module, element)
        if _kind(element) == "constructor":
            value = owner
        elif _name(element) in CAN_BE_NONE.get(owner, ()):
            value = f"{value.removesuffix(' | None')} | None"
        results = [*([] if value == "None" else [value]), *outs]
        returns = f"tuple[{', '.join(results)}]" if len(results) > 1 else results[0] if results else "None"
        if outs and _kind(element) == "virtual-method":
            returns = f"{value} | {returns}"  # PyGObject also accepts the value alone
        first = {"constructor": ["cls"], "method": ["self"], "virtual-method": ["self"]}.get(
            _kind(element), []
        )
        return f"def {_name(element)}({', '.join([*first, *args])}) -> {returns}: ..."

    def _arguments(self, module: str, element: ET.Element) -> tuple[list[str], list[str]]:
        """Returns the arguments, and the types of what is returned besides the value."""
        parameters = _parameters(element)
        left_out: set[int] = set()
        data: set[int] = set()  # parameters that are passed on to a callback
        for parameter in (*_inner(element, "return-value"), *parameters):
            left_out.update(int(array.get("length", -1)) for array in _inner(parameter, "array"))
            if "closure" in parameter.attrib and self._type(module, parameter) != "Any":
                left_out.add(int(parameter.get("destroy", -1)))
                data.add(int(parameter.get("closure", -1)))
        args: list[str] = []
        outs: list[str] = []
        optional = True
        for number, parameter in reversed(list(enumerate(parameters))):
            direction = parameter.get("direction", "in")
            if number in left_out:
                continue
            if direction != "in":
                outs.insert(0, self._type(module, parameter))
            if number in data and not args:
                args = [f"*{_name(parameter)}: Any"]
            elif direction != "out":
                optional = optional and (number in data or parameter.get("nullable") == "1")
                hint = self._type(module, parameter, given=True)
                args.insert(0, f"{_name(parameter)}: {hint}{' = ...' if optional else ''}")
        return args, outs

    def _returned(self, module: str, element: ET.Element) -> str:
        (value,) = _inner(element, "return-value")
        return "None" if value.get("skip") else self._type(module, value)

    def _type(self, module: str, element: ET.Element, given: bool = False) -> str:
        (kind,) = _inner(element, "type", "array")
        return self._of(module, kind, given) + (" | None" if element.get("nullable") == "1" else "")

    def _of(self, module: str, kind: ET.Element, given: bool) -> str:
        inner = [self._of(module, child, given) for child in _inner(kind, "type", "array")]
        if _kind(kind) == "type" and _name(kind) not in _LISTS:
            return self._named(module, _name(kind))
        if not given and [_name(child) for child in kind] == ["guint8"]:
            return "bytes"
        return f"{'Sequence' if given else 'list'}[{', '.join(inner) or 'Any'}]"

    def _named(self, module: str, name: str) -> str:
        if name in _PLAIN:
            return _PLAIN[name]
        own, _dot, short = name.rpartition(".")
        own = own or module
        if own in self._data:
            self.add(own, short)
            return short if own == module else name
        return name if own in FOREIGN else "Any"


def _imports(module: str, text: str) -> str:
    used = [name for name in ("Callable", "Sequence") if f"{name}[" in text]
    lines = [f"from collections.abc import {', '.join(used)}"] if used else []
    lines += ["from typing import Any", ""] if re.search(r"\bAny\b", text) else [""]
    others = [name for name in (*FILES, *FOREIGN) if name != module and re.search(rf"\b{name}\.", text)]
    return "\n".join([*lines, f"from gi.repository import {', '.join(sorted(others, key=str.lower))}\n\n"])


def main() -> None:
    modules: dict[str, ET.Element] = {}
    for folder in map(Path, sys.argv[1:]):
        for module, name in FILES.items():
            if (folder / name).is_file():
                (modules[module],) = _inner(ET.parse(folder / name).getroot(), "namespace")
    if len(modules) < len(FILES):
        sys.exit(__doc__)
    named, members = mentioned(PLUGIN)
    stubs = Stubs(modules, members)
    for module, name in sorted(named):
        stubs.add(module, name)
    (version,) = (child.get("value") for child in modules["Gimp"] if _name(child) == "VERSION")
    target = HERE / "gi" / "repository"
    target.mkdir(parents=True, exist_ok=True)
    for module, written in stubs.written.items():
        text = "\n".join(text for _name, text in sorted(written.items())) + "\n"
        source = "GEGL" if module == "Gegl" else "GIMP"
        header = _HEADER.format(version=version, module=module, source=source)
        (target / f"{module}.pyi").write_text(header + _imports(module, text) + text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--no-cache", "--quiet", str(target)], check=True)


if __name__ == "__main__":
    main()
