"""The pages in step with the code: mechanisms and their rules, the reference page, the README."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import shlex
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import conducive
from conducive.experiments.pages import release
from conducive.experiments.pages.reference import reference
from conducive.experiments.sweep.file import sweep_plan
from conducive.model.measures import INDICATORS
from conducive.scenarios.files import library_names
from conducive.scenarios.scenario import declared

ROOT = Path(__file__).resolve().parents[1]
MECHANISMS = (ROOT / "docs" / "mechanisms.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", MECHANISMS, re.MULTILINE)
"""Number, mechanism, where it is represented (or why not), and tests that show it."""
LEFT_OUT = "Left out: "


def ticked(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@cache
def names_in(path: str) -> frozenset[str]:
    """Names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_"))


def exists(name: str) -> bool:
    """Whether a name in the table is an input, an indicator, or something in a module of the package."""
    if name in declared() or name in {f"monthly.{i.name}" for i in INDICATORS}:
        return True
    module, _, thing = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(f"conducive.{module}"), thing)
    except ModuleNotFoundError:
        return False


@cache
def directions() -> dict[str, set[str]]:
    """Rules whose direction is tested, with the arguments."""
    path = ROOT / "tests" / "agents" / "test_rules.py"
    spec = importlib.util.spec_from_file_location("rules_under_test", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {rule: set(arguments) for rule, arguments in module.DIRECTIONS.items()}


def is_a_test(cited: str) -> bool:
    """Whether `rule(argument)`, `acts(input)`, `path/test_file.py` or `path/test_file.py::test_name` is tested."""
    if case := re.fullmatch(r"([\w.]+)\(([\w.]+)\)", cited):
        subject, detail = case.groups()
        return detail in declared() if subject == "acts" else detail in directions().get(subject, ())
    path, _, test = cited.partition("::")
    return (ROOT / path).is_file() and (not test or test in names_in(path))


def test_every_mechanism_appears_once_and_in_order() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, 163))


@pytest.mark.parametrize(("number", "mechanism", "where", "shown"), ROWS, ids=[row[0] for row in ROWS])
def test_a_mechanism_names_what_represents_it_and_what_shows_it(
    number: str, mechanism: str, where: str, shown: str
) -> None:
    left_out = where.startswith(LEFT_OUT)

    missing = [name for name in ticked(where) if not exists(name)]
    unknown = [cited for cited in ticked(shown) if not is_a_test(cited)]

    assert mechanism
    assert not missing, f"row {number} names what does not exist: {missing}"
    assert not unknown, f"row {number} cites tests that do not exist: {unknown}"
    assert left_out or (ticked(where) and ticked(shown)), f"row {number} names no rule or no test"
    assert not (left_out and ticked(shown)), f"row {number} is left out, so nothing can show it"
    assert not left_out or len(where) > len(LEFT_OUT) + 20, f"row {number} gives no reason"


def test_an_invented_rule_input_or_test_would_be_noticed() -> None:
    assert exists("agents.practitioner.message")
    assert exists("finance.funding_term")
    assert exists("monthly.trials")
    assert not exists("agents.practitioner.magic")
    assert not exists("agents.wizard.message")
    assert is_a_test("tests/test_docs.py::test_every_mechanism_appears_once_and_in_order")
    assert is_a_test("practitioner.message(shared_vision)")
    assert is_a_test("acts(finance.funding_term)")
    assert not is_a_test("practitioner.message(magic)")
    assert not is_a_test("acts(finance.magic)")
    assert not is_a_test("tests/test_docs.py::test_of_nothing")
    assert not is_a_test("tests/test_nothing.py")


def test_the_reference_page_is_in_step_with_the_declarations() -> None:
    page = (ROOT / "docs" / "reference.md").read_text("utf-8")

    assert page == reference(), "anew: uv run python -m conducive.experiments.pages.reference > docs/reference.md"


def test_the_reference_page_holds_every_declaration() -> None:
    page = reference()

    assert not [address for address in declared() if f"`{address}`" not in page]
    assert not [i.name for i in INDICATORS if f"| `{i.name}` |" not in page]


def test_links_in_the_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        targets = re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))

        made = "python.md"  # by docs/conf.py, when the site is built
        missing = [t for t in targets if "://" not in t and t != made and not (page.parent / t).exists()]

        assert not missing, f"{page.name} links to {missing}"


def test_commands_in_the_readme_exist_and_name_scenarios_of_the_library() -> None:
    from typer.main import get_command

    from conducive import __main__

    known = get_command(__main__.cli.app).commands  # type: ignore[attr-defined]
    lines = [shlex.split(line, comments=True) for line in README.splitlines() if "uv run conducive " in line]
    commands = [words[words.index("conducive") + 1 :] for words in lines]

    assert len(commands) >= 6
    for name, *rest in commands:
        assert name in known
        options = {opt for parameter in known[name].params for opt in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options
        if name in {"run", "compare"}:
            scenarios = rest[: 2 if name == "compare" else 1]
            assert set(scenarios) <= set(library_names())


def test_the_python_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    asked: list[int] = []

    def few(base: object, alternative: object, replicates: int = 200, seed: int = 0) -> conducive.Comparison:
        asked.append(replicates)
        return real(base, alternative, replicates=2, seed=seed)  # type: ignore[arg-type]

    real = conducive.compare
    monkeypatch.setattr(conducive, "compare", few, raising=False)

    exec(code, {})

    assert asked


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
GROUPS = {address.partition(".")[0] for address in declared() if "." in address}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_input_that_a_page_names_is_one(page: Path) -> None:
    named = re.findall(r"(?<![\w./-])([a-z_]+)\.([a-z_]+)(?=[\s`=\"',)\]]|$)", page.read_text("utf-8"), re.MULTILINE)

    wrong = {f"{group}.{name}" for group, name in named if group in GROUPS} - declared().keys() - {"innovation.kind"}

    rules = {name for name in wrong if exists(f"agents.{name}") or exists(f"model.{name}")}
    assert not {name for name in wrong - rules if not re.search(r"\.(md|toml|csv|py|json|png|svg|parquet)$", name)}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_command_that_a_page_names_takes_the_options_it_shows(page: Path) -> None:
    from typer.main import get_command

    from conducive.experiments.cli.app import app

    program = get_command(app)
    commands, before = program.commands, {o: p.is_flag for p in program.params for o in p.opts}  # type: ignore[attr-defined]
    text = page.read_text("utf-8").replace("\\\n", " ")
    lines = re.findall(r"^ {4}(?:uv run )?conducive (.+)$|`conducive ([^`]+)`", text, re.MULTILINE)
    for line in (a or b for a, b in lines):
        words = shlex.split(line.partition("   #")[0], comments=True)
        while words[0] in before:  # an option of the program, with its value
            words = words[1 if before[words[0]] else 2 :]
        command = commands.get(words[0])
        assert command, f"{page.name}: {line}"
        known = {option for p in command.params for option in (*p.opts, *p.secondary_opts)}
        asked = {word.partition("=")[0] for word in words[1:] if word.startswith("--")}
        assert asked <= known | {"--help"}, f"{page.name}: {line}: {asked - known}"


def blocks(language: str) -> list[Any]:
    return [
        pytest.param(code, id=f"{page.name}-{n}")
        for page in PAGES
        for n, code in enumerate(re.findall(rf"```{language}\n(.+?)```", page.read_text("utf-8"), re.DOTALL))
    ]


@pytest.mark.parametrize("code", blocks("python"))
def test_names_and_arguments_of_python_on_a_page_exist(code: str) -> None:
    tree, known, made = ast.parse(code), {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {one.asname or one.name: importlib.import_module(one.name) for one in node.names if ours(one.name)}
        elif isinstance(node, ast.ImportFrom) and ours(node.module or ""):
            there = importlib.import_module(node.module or "")
            known |= {one.asname or one.name: getattr(there, one.name) for one in node.names}

    def meant(node: ast.AST) -> Any:
        """What is meant by a name, where it is one of ours."""
        if isinstance(node, ast.Name):
            return known.get(node.id)
        of = meant(node.value) if isinstance(node, ast.Attribute) else None
        return getattr(of, node.attr) if of is not None else None  # type: ignore[attr-defined]

    for node in ast.walk(tree):
        meant(node)
        if isinstance(node, ast.Call) and (function := meant(node.func)):
            assert {word.arg for word in node.keywords} <= inspect.signature(function).parameters.keys()
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            function = meant(node.value.func)
            if inspect.isfunction(function):
                made[node.targets[0].id] = returned(function)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in made:
            kind = made[node.value.id]
            assert hasattr(kind, node.attr) or node.attr in kind.__dataclass_fields__


def ours(module: str) -> bool:
    return module.partition(".")[0] == "conducive"


def returned(function: Any) -> Any:
    """The class that a function of ours returns."""
    return vars(importlib.import_module(function.__module__))[inspect.signature(function).return_annotation]


@pytest.mark.parametrize("code", blocks("toml"))
def test_a_file_on_a_page_is_a_sweep_that_could_be_run(code: str) -> None:
    assert sweep_plan(tomllib.loads(code)).runs > 0


def test_what_a_release_was_checked_with_is_kept_as_it_was() -> None:
    folder = ROOT / "docs" / "releases" / conducive.__version__
    there = {str(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()}

    assert there == set(release.kept(ROOT / "docs"))
    for name, path in release.kept(ROOT / "docs").items():
        assert (folder / name).read_bytes() == path.read_bytes(), (
            "anew: python -m conducive.experiments.pages.release docs"
        )
