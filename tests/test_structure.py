"""The rules of the house: who may import whom, and one table for all parameters."""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path

import pytest

from nst_core import cli
from nst_core.recipes import QUALITIES
from nst_core.settings import Settings
from nst_core.wire.parameters import PARAMETERS, Choice, Number

REPOSITORY = Path(__file__).parents[1]

# What a part may import besides the standard library and itself.
ALLOWED = {
    "nst_core/wire": set(),
    "nst_core/weights": {"numpy", "onnx", "safetensors", "torch"},
    "nst_core/engine": {"torch", "nst_core.recipes"},
    "nst_core/service": {"pydantic", "torch", "nst_core"},
    "nst_core/settings.py": {"pydantic", "nst_core.wire.parameters"},
    "nst_core/recipes.py": {"nst_core.settings"},
    "plugin/neural-style": {"gi", "wire"},
    "plugin/neural-style-gimp2": {
        *("gimp", "gimpenums", "gimpfu", "gimpshelf"),
        *("gimpui", "gobject", "gtk", "pygtk"),
    },
    "install": {"gi", "nst_core.__version__", "nst_core.wire", "nst_core.service.redaction"},
}


def imports(path: Path) -> set[str]:
    """Absolute imports of a file that are not of the standard library."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] not in sys.stdlib_module_names}


@pytest.mark.parametrize("part", ALLOWED)
def test_arrows_go_one_way(part: str) -> None:
    place = REPOSITORY / part
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    files = [file for file in files if "samples" not in file.parts]
    assert files
    modules = {name for file in files for name in (file.stem, file.parent.name)}
    siblings = set() if part.startswith("nst_core") else modules
    own = part.replace("/", ".")
    for file in files:
        for name in imports(file):
            allowed = any(name == other or name.startswith(f"{other}.") for other in ALLOWED[part])
            assert allowed or name.startswith(own) or name.split(".")[0] in siblings, f"{file.name}: {name}"


@pytest.mark.parametrize("module", ["server", "worker", "job", "requests", "process", "pace"])
def test_the_service_answers_before_torch_is_there(module: str) -> None:
    assert "torch" not in imports(REPOSITORY / "nst_core" / "service" / f"{module}.py")


def test_no_file_holds_more_than_one_idea() -> None:
    for file in (*REPOSITORY.glob("nst_core/**/*.py"), *REPOSITORY.glob("plugin/**/*.py")):
        lines = file.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 250, file
        assert lines, file
        first = next(line for line in lines if not line.startswith("#"))  # how to run it, how it is encoded
        assert first.startswith('"""'), file


def test_settings_are_the_table() -> None:
    assert [entry.name for entry in PARAMETERS] == list(Settings.model_fields)
    defaults = Settings().model_dump()
    for entry in PARAMETERS:
        assert defaults[entry.name] == entry.default


def test_the_command_line_is_the_table() -> None:
    options = inspect.signature(cli.stylize).parameters
    for entry in PARAMETERS:
        default = options[entry.name].default
        assert getattr(default, "value", default) == entry.default


def test_choices_are_the_same_everywhere() -> None:
    (quality,) = (entry for entry in PARAMETERS if isinstance(entry, Choice))
    values = [value for value, _ in quality.options]
    assert values == [member.value for member in cli.Quality]
    assert values == list(QUALITIES)
    for value in values:
        assert Settings(quality=value).quality == value  # type: ignore[arg-type]


def test_every_number_has_its_default_within_its_range() -> None:
    for entry in PARAMETERS:
        if isinstance(entry, Number):
            assert entry.low <= entry.default <= entry.high


def test_mnemonics_do_not_clash() -> None:
    """Taken are those of GIMP's dialog buttons (Help, Reset, Cancel, Load, Save), and Stylize and style."""
    labels = [*(entry.label for entry in PARAMETERS), "_h", "_r", "_c", "_l", "_s", "_z", "_y"]
    letters = [label[label.index("_") + 1].lower() for label in labels]
    assert len(letters) == len(set(letters))
