"""The house: imports run one way, in no circle; rules never meet Mesa; `import conducive` is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("scenarios", "agents", "model", "experiments", "dashboards")
"""Each may import itself and those before it."""
ROOMS = {
    "experiments": (
        "version", "words", "lives", "folders", "compare", "options", "search", "takeaway", "programmes", "sweep",
        "evidence", "pages", "game", "cli",
    ),
    "dashboards": (
        "work", "widgets", "asking", "comparing", "pages", "store", "classroom", "game", "app", "server",
    ),
}  # fmt: skip
"""The same of the rooms of a folder, what is imported for type checkers included."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("conducive", *(part for part in parts if part not in {"conducive", "__init__"})))


MODULES = {
    module_name(path): path
    for folder in (*FOLDERS, "conducive")
    for path in sorted((ROOT / folder).glob("*.py" if folder == "conducive" else "**/*.py"))
}
MODULE_FOLDER = {name: path.relative_to(ROOT).parts[0] for name, path in MODULES.items()}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def imported_names(code: ast.AST, package: str, *, types: bool = False) -> set[str]:
    """Every dotted name that running code may import, inside functions too; with `types` those for type checkers."""
    found: set[str] = set()
    todo = [code]
    while todo:
        node = todo.pop()
        if is_type_checking(node) and not types:
            todo += node.orelse  # type: ignore[attr-defined]
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *filter(None, [base])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
        todo += ast.iter_child_nodes(node)
    return found


@cache
def imports_of(name: str, *, types: bool = False) -> set[str]:
    """Return modules of ours that a module may import, itself left out."""
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return imported_names(ast.parse(path.read_text("utf-8")), package, types=types) & set(MODULES) - {name}


def fresh(code: str) -> str:
    """Run code in a Python of its own, and return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_folder_is_searched() -> None:
    assert set(MODULE_FOLDER.values()) == {"conducive", *FOLDERS}
    assert imports_of("conducive.model.processes.memory") >= {
        "conducive.agents.practitioner",
        "conducive.model.climate",
    }


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import a.b", {"a.b"}),
        ("from a import b, c", {"a", "a.b", "a.c"}),
        ("from . import b", {"p.q", "p.q.b"}),
        ("from ..x import b", {"p.x", "p.x.b"}),
        ("def f():\n    import a", {"a"}),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", {"b"}),
    ],
)
def test_the_search_sees_imports_however_they_are_written(code: str, expected: set[str]) -> None:
    assert imported_names(ast.parse(code), "p.q") == expected


@pytest.mark.parametrize("name", [n for n, folder in MODULE_FOLDER.items() if folder in FOLDERS])
def test_imports_run_one_way_between_folders(name: str) -> None:
    later = FOLDERS[FOLDERS.index(MODULE_FOLDER[name]) + 1 :]

    wrong = {other for other in imports_of(name) if MODULE_FOLDER[other] in later}

    assert not wrong


def room_of(name: str) -> tuple[str, int]:
    _, folder, room, *_ = name.split(".")
    return folder, ROOMS[folder].index(room)


ROOMY = [name for name in MODULES if name.startswith(tuple(f"conducive.{folder}." for folder in ROOMS))]


@pytest.mark.parametrize("folder", ROOMS)
def test_every_room_is_listed_and_holds_at_most_twelve_files(folder: str) -> None:
    assert {name.split(".")[2] for name in ROOMY if name.split(".")[1] == folder} == set(ROOMS[folder])
    for room in (ROOT / folder).rglob("*/"):
        assert len([path for path in room.glob("*.py") if path.name != "__init__.py"]) <= 12


@pytest.mark.parametrize("name", ROOMY)
def test_imports_run_one_way_between_rooms_for_type_checkers_too(name: str) -> None:
    folder, room = room_of(name)
    others = {other: room_of(other) for other in imports_of(name, types=True) & set(ROOMY)}

    wrong = {other for other, (its, its_room) in others.items() if its == folder and its_room > room}

    assert not wrong


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_circle_of_imports_in_a_folder(folder: str) -> None:
    inside = {name for name, its in MODULE_FOLDER.items() if its == folder}

    try:
        order = list(TopologicalSorter({name: imports_of(name) & inside for name in inside}).static_order())
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")

    assert set(order) == inside


@pytest.mark.parametrize("path", [*MODULES.values(), *sorted((ROOT / "tests").rglob("*.py"))], ids=lambda p: p.name)
def test_nothing_is_imported_by_the_bare_name_of_a_folder(path: Path) -> None:
    absolute = {
        name.split(".")[0]
        for name in imported_names(ast.parse(path.read_text("utf-8")), "conducive")
        if not name.startswith("conducive")
    }

    assert not absolute & set(FOLDERS)


def test_rules_and_compiled_processes_never_import_mesa() -> None:
    loaded = fresh("import sys, conducive.model.month; print([m for m in sys.modules if m.split('.')[0] == 'mesa'])")

    assert loaded == "[]"


def test_importing_the_package_is_light() -> None:
    heavy = {"numpy", "numba", "mesa", "pandas", "scipy", "networkx", "matplotlib", "pyarrow", "solara", "typer"}

    loaded = fresh(f"import sys, conducive; print({heavy} & set(sys.modules) or '')")

    assert not loaded


def test_the_declarations_are_light() -> None:
    heavy = {"numba", "mesa", "pandas"}

    loaded = fresh(f"import sys, conducive; conducive.conditions(); print({heavy} & set(sys.modules) or '')")

    assert not loaded


def test_the_dashboard_opens_without_the_generator_of_pages() -> None:
    loaded = fresh("import sys, conducive.dashboards.app; print('conducive.experiments.pages.odd' in sys.modules)")

    assert loaded == "False"
