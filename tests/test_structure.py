"""The rules of the house: who may import whom, and one table for all parameters."""

from __future__ import annotations

import ast
import inspect
import statistics
import sys
import typing
from pathlib import Path

import pytest
from pydantic import ValidationError

from nst_core import cli
from nst_core.contract.advanced import ADVANCED, AUTO, GROUPS
from nst_core.contract.parameters import PARAMETERS, Choice, Flag, Number, Parameter
from nst_core.engine.minimizer import OPTIMIZERS
from nst_core.recipes.presets import QUALITIES
from nst_core.recipes.published import PUBLISHED
from nst_core.recipes.recipe import Steps
from nst_core.recipes.settings import TABLE, Settings

from .install.checkout import SHARED

REPOSITORY = Path(__file__).parents[1]
TABLES: tuple[Parameter, ...] = (*PARAMETERS, *ADVANCED)
OWN_AUTO = ("network", "precision")  # their ``auto`` chooses by the machine, not by the recipe

_ROOMS = "nst_core.engine."
_SHARED = tuple(room.replace("/", ".") for room in SHARED)
# What a room, or a file, may import besides the standard library and itself.
ALLOWED = {
    "nst_core/contract": set(),
    "nst_core/processes": set(),
    "nst_core/wire": {"nst_core.contract"},
    "nst_core/client": {"nst_core.contract", "nst_core.processes", "nst_core.wire"},
    "nst_core/recipes/settings.py": {"pydantic", "nst_core.contract"},
    "nst_core/recipes/recipe.py": set(),
    "nst_core/recipes/published.py": set(),
    "nst_core/recipes/presets.py": set(),
    "nst_core/accelerator.py": {"psutil", "torch", "nst_core.limits"},
    "nst_core/engine/pictures": {"torch", "nst_core.contract.enlarging", "nst_core.recipes.recipe"},
    "nst_core/engine/networks": {"numpy", "torch", "torchvision"},
    "nst_core/engine/passes": {
        *("numba", "numpy", "torch", "nst_core.accelerator"),
        *(f"{_ROOMS}networks", f"{_ROOMS}pictures"),
    },
    "nst_core/engine/tiles": {
        *("torch", "nst_core.accelerator"),
        *(f"{_ROOMS}networks", f"{_ROOMS}passes", f"{_ROOMS}pictures"),
    },
    "nst_core/engine/losses": {"torch", f"{_ROOMS}pictures", f"{_ROOMS}tiles"},
    "nst_core/engine/optimizers": {"torch", f"{_ROOMS}pictures"},
    "nst_core/engine": {
        *("numba", "numpy", "torch", "torchvision"),
        *("nst_core.accelerator", "nst_core.contract.enlarging", "nst_core.recipes.recipe"),
    },
    "nst_core/files": {"numpy", "PIL", "pi_heif", "tifffile", "torch", "nst_core.contract"},
    "nst_core/weights": {
        *("numpy", "onnx", "safetensors", "torch", "nst_core.device", "nst_core.pip"),
        *("nst_core.contract", "nst_core.processes"),
        *("nst_core.engine.networks", "nst_core.engine.pictures", "nst_core.recipes"),
        "nst_core.files.style",
    },
    "nst_core/faces": {
        *("torch", "torchvision", "nst_core.contract"),
        *("nst_core.engine.pictures", "nst_core.weights"),
    },
    "nst_core/planning": {
        "psutil",
        "torch",
        "nst_core.accelerator",
        "nst_core.device",
        "nst_core.engine",
        "nst_core.recipes",
        "nst_core.weights",
    },
    "nst_core/service": {"pydantic", "torch", "nst_core"},
    "nst_core/pip": {"pip", "nst_core.contract", "nst_core.processes"},
    "plugin/neural-style/text": {"gi", *_SHARED},
    "plugin/neural-style/client": {"gi", *_SHARED, "text"},
    "plugin/neural-style/image": {"gi", *_SHARED, "text"},
    "plugin/neural-style/choices": {"gi", *_SHARED, "image", "text"},
    "plugin/neural-style/widgets": {"gi", *_SHARED, "image", "text"},
    "plugin/neural-style/variations": {"gi", *_SHARED, "choices", "client", "image", "text"},
    "plugin/neural-style/dialog": {
        *("gi", *_SHARED, "choices", "client", "image", "text", "variations", "widgets"),
    },
    "plugin/neural-style": {"gi", *_SHARED},
    "plugin/neural-style-gimp2": {
        *("gimp", "gimpenums", "gimpfu", "gimpshelf"),
        *("gimpui", "gobject", "gtk", "pygtk"),
    },
    "install": {
        *("gi", "nst_core.__version__", "nst_core.limits", "nst_core.pip", *_SHARED),
        "nst_core.service.redaction",
    },
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
    own = part.removesuffix(".py") if place.is_dir() else part.rpartition("/")[0]
    own = own.replace("/", ".")
    for file in files:
        for name in imports(file):
            allowed = any(name == other or name.startswith(f"{other}.") for other in ALLOWED[part])
            assert allowed or name.startswith(own) or name.split(".")[0] in siblings, f"{file.name}: {name}"


@pytest.mark.parametrize("module", ["server", "worker", "job", "requests", "process", "pace"])
def test_the_service_answers_before_torch_is_there(module: str) -> None:
    assert "torch" not in imports(REPOSITORY / "nst_core" / "service" / f"{module}.py")


ROOMS = sorted(
    path.parent.relative_to(REPOSITORY).as_posix() for path in REPOSITORY.glob("nst_core/**/__init__.py")
)
CARRIED = sorted(path for room in SHARED for path in (REPOSITORY / room).glob("*.py"))


@pytest.mark.parametrize("path", CARRIED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_the_plugin_carries_is_python_3_9(path: Path) -> None:
    """GIMP brings its own Python, which may be that old; nothing newer may be in what it loads."""
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    hints: set[ast.AST] = set()
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if isinstance(hint := getattr(node, name, None), ast.AST):
                hints.update(ast.walk(hint))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Match)
        if isinstance(node, ast.Call):
            newer = {"slots", "kw_only", "strict"} & {keyword.arg for keyword in node.keywords}
            assert not newer, f"line {node.lineno}: {newer}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and node not in hints:
            sides = {ast.unparse(node.left), ast.unparse(node.right)}
            assert not sides & {"None", "int", "str", "float", "bytes"}, f"line {node.lineno}"
    if hints:
        assert "from __future__ import annotations" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["nst_core", "install/nst_install", "plugin/neural-style"])
def test_files_are_short(folder: str) -> None:
    lengths = [
        len(file.read_text(encoding="utf-8").splitlines()) for file in (REPOSITORY / folder).rglob("*.py")
    ]
    assert statistics.median(lengths) <= 150


@pytest.mark.parametrize("folder", ["nst_core", *ROOMS])
def test_a_room_has_few_files(folder: str) -> None:
    """More than a person looks through: then there are two rooms in it."""
    assert len(list((REPOSITORY / folder).glob("*.py"))) <= 20


def test_no_file_holds_more_than_one_idea() -> None:
    for file in (*REPOSITORY.glob("nst_core/**/*.py"), *REPOSITORY.glob("plugin/**/*.py")):
        lines = file.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 250, file
        assert lines, file
        first = next(line for line in lines if not line.startswith("#"))  # how to run it, how it is encoded
        assert first.startswith('"""'), file


def test_settings_are_the_tables() -> None:
    assert [entry.name for entry in TABLES] == list(Settings.model_fields)
    defaults = Settings().model_dump()
    for entry in TABLES:
        assert defaults[entry.name] == entry.default, entry.name


@pytest.mark.parametrize("entry", TABLES, ids=lambda entry: entry.name)
def test_settings_take_what_the_tables_offer_and_nothing_else(entry: Parameter) -> None:
    if isinstance(entry, Number):
        good: list[object] = [entry.low, entry.default, entry.high]
        bad: list[object] = [entry.low - 1, entry.high + 1, float("nan"), "much"]
    elif isinstance(entry, Choice):
        good, bad = [value for value, _ in entry.options], ["another", "", None]
        assert entry.default in good
    else:
        good, bad = [False, True], ["perhaps", 3]
    for value in good:
        assert getattr(Settings.model_validate({entry.name: value}), entry.name) == value
    for value in bad:
        with pytest.raises(ValidationError):
            Settings.model_validate({entry.name: value})


def test_settings_are_of_the_kinds_in_the_tables() -> None:
    fields = Settings.model_fields
    for entry in TABLES:
        kind = fields[entry.name].annotation
        if isinstance(entry, Choice):
            assert typing.get_args(kind) == tuple(value for value, _ in entry.options), entry.name
        elif isinstance(entry, Flag):
            assert kind is bool, entry.name
        elif entry.digits:
            assert kind is float, entry.name


def test_the_further_parameters_are_those_of_the_groups() -> None:
    assert tuple(entry for _, group in GROUPS for entry in group) == ADVANCED
    names = [entry.name for entry in TABLES]
    assert len(set(names)) == len(names)
    for entry in ADVANCED:
        if isinstance(entry, Choice) and entry.default == "auto" and entry.name not in OWN_AUTO:
            assert entry.options[0] == AUTO, entry.name


def test_the_recipes_are_those_that_can_be_chosen() -> None:
    (entry,) = (entry for entry in ADVANCED if entry.name == "recipe")
    assert isinstance(entry, Choice)
    assert [value for value, _ in entry.options] == ["default", *PUBLISHED]


def test_the_optimizers_are_those_that_can_be_chosen() -> None:
    (entry,) = (entry for entry in ADVANCED if entry.name == "optimizer")
    assert isinstance(entry, Choice)
    assert [value for value, _ in entry.options] == ["auto", *OPTIMIZERS]
    assert typing.get_args(typing.get_type_hints(Steps)["optimizer"]) == tuple(OPTIMIZERS)


def test_the_command_line_is_the_table() -> None:
    for command in (cli.stylize, cli.batch):
        options = inspect.signature(command).parameters
        assert set(TABLE) <= set(options)
        # What was not given is known as such: --like fills it in.
        assert {options[name].default for name in TABLE} == {None}


def test_the_qualities_are_those_that_can_be_chosen() -> None:
    (entry,) = (entry for entry in PARAMETERS if entry.name == "quality")
    assert isinstance(entry, Choice)
    assert [value for value, _ in entry.options] == list(QUALITIES)


def test_every_number_has_its_default_within_its_range() -> None:
    for entry in TABLES:
        if isinstance(entry, Number):
            assert entry.low <= entry.default <= entry.high


def test_mnemonics_do_not_clash() -> None:
    """Taken are those of GIMP's dialog buttons (Help, Reset, Cancel), and Stylize and style.

    The parameters on further pages are too many for letters of their own: they have none.
    """
    first_page = [entry.label for entry in PARAMETERS if entry.name not in ("size", "seed")]
    labels = [*first_page, "_h", "_r", "_c", "_z", "_y"]
    letters = [label[label.index("_") + 1].lower() for label in labels]
    assert len(letters) == len(set(letters))
    assert not any("_" in entry.label for entry in ADVANCED)
