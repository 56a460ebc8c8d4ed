"""What is shipped: the packages on disk, a wheel that works by itself, and a lock file in step."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import conducive

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
FOLDERS = ("agents", "dashboards", "experiments", "model", "scenarios")
DATA = {
    "conducive/py.typed",
    "conducive/experiments/data/brief.html",
    "conducive/experiments/data/embed.html",
    "conducive/experiments/data/programme_brief.html",
    "conducive/experiments/data/calibration.json",
    "conducive/experiments/data/conditions_rank.json",
    "conducive/experiments/data/plausible.csv",
    "conducive/experiments/data/programmes.json",
    "conducive/experiments/data/replay.json",
    "conducive/experiments/data/validation.json",
    *(f"conducive/experiments/pages/{p.name}" for p in (ROOT / "experiments" / "pages").glob("*.jinja")),
    "conducive/experiments/pages/curves.toml",
    *(f"conducive/experiments/evidence/{p.name}" for p in (ROOT / "experiments" / "evidence").glob("*.toml")),
    "conducive/experiments/evidence/fit/targets.toml",
    *(f"conducive/scenarios/programmes/{p.name}" for p in (ROOT / "scenarios" / "programmes").iterdir()),
    *(
        f"conducive/{p.relative_to(ROOT).as_posix()}"
        for p in (ROOT / "dashboards").rglob("*")
        if p.is_file() and p.suffix not in {".py", ".pyc"}
    ),
    *(f"conducive/scenarios/data/{table}.csv" for table in ("children", "children_in_need", "inspections")),
    "conducive/scenarios/data/judgements.csv",
    "conducive/scenarios/data/neighbours.csv",
    "conducive/scenarios/data/short_names.csv",
    "conducive/scenarios/data/spending.csv",
    "conducive/scenarios/data/successors.csv",
    "conducive/scenarios/data/workforce.csv",
    "conducive/scenarios/data/ATTRIBUTION.md",
    *(f"conducive/scenarios/library/{path.name}" for path in (ROOT / "scenarios" / "library").glob("*.toml")),
}


def shipped(path: Path) -> str:
    """Name in the wheel of a file of the checkout."""
    inside = path.relative_to(ROOT).as_posix()
    return inside if inside.startswith("conducive/") else f"conducive/{inside}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that nothing is left behind in the checkout."""
    source, out = tmp_path_factory.mktemp("source") / "conducive", tmp_path_factory.mktemp("wheel")
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, source)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("conducive", *FOLDERS):
        shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=ignored)
    code = f"from setuptools.build_meta import build_wheel; build_wheel({str(out)!r})"

    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    (built,) = out.glob("*.whl")
    return built


def test_packages_are_the_folders_with_an_init_file() -> None:
    inits = [ROOT / "conducive" / "__init__.py", *(init for f in FOLDERS for init in (ROOT / f).rglob("__init__.py"))]

    on_disk = {shipped(init).removesuffix("/__init__.py").replace("/", ".") for init in inits}

    assert set(PROJECT["tool"]["setuptools"]["packages"]) == on_disk
    assert set(PROJECT["tool"]["setuptools"]["package-dir"]) == on_disk


def test_every_folder_is_linked_into_the_package() -> None:
    for folder in FOLDERS:
        link = ROOT / "conducive" / folder

        assert link.resolve() == ROOT / folder
        if link.is_symlink():
            assert not link.readlink().is_absolute()


def test_the_wheel_holds_every_module_and_data_file(wheel: Path) -> None:
    modules = {shipped(path) for f in FOLDERS for path in (ROOT / f).rglob("*.py")}
    modules |= {f"conducive/{path.name}" for path in (ROOT / "conducive").glob("*.py")}

    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert inside == modules | DATA


@pytest.mark.slow("installs a built wheel")
def test_the_wheel_works_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    unpacked, empty = tmp_path / "unpacked", tmp_path / "empty"
    zipfile.ZipFile(wheel).extractall(unpacked)
    empty.mkdir()
    libraries = str(Path(pytest.__file__).resolve().parents[1])
    # Isolated and without site: no checkout on the path, neither by the working folder nor by an editable install.
    code = f"""
import sys
sys.path[:0] = [{str(unpacked)!r}, {libraries!r}]
import conducive, conducive.dashboards
for name in conducive.__all__:
    getattr(conducive, name)
print(sorted({{m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'conducive'}}))
print(len(conducive.library()), len(conducive.authorities()))
"""

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=empty, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    where, counts = done.stdout.splitlines()
    assert len(ast.literal_eval(where)) > len(FOLDERS)
    assert all(Path(file).is_relative_to(unpacked) for file in ast.literal_eval(where))
    assert all(int(count) > 0 for count in counts.split())


def test_python_is_pinned_to_a_version_the_package_allows() -> None:
    assert (ROOT / ".python-version").read_text("utf-8").strip() == "3.12"
    assert PROJECT["project"]["requires-python"] == ">=3.12"


def asked(requirements: list[str]) -> dict[str, str]:
    """Names of requirements, and the versions asked for."""
    found = (re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[.*\])?\s*(.*)", requirement) for requirement in requirements)
    return {m[1].lower().replace("_", "-").replace(".", "-"): m[2] for m in found if m}


def test_the_lock_file_is_in_step_with_the_project() -> None:
    (ours,) = (package for package in LOCK["package"] if package["name"] == "conducive")
    project, metadata = PROJECT["project"], ours["metadata"]

    locked = {entry["name"]: entry.get("specifier", "") for entry in metadata["requires-dist"] if "marker" not in entry}
    groups = {
        name: {e["name"]: e.get("specifier", "") for e in entries} for name, entries in metadata["requires-dev"].items()
    }
    extras = {e["name"] for e in metadata["requires-dist"] if "marker" in e}

    assert {n: set(filter(None, v.split(","))) for n, v in locked.items()} == {
        n: set(filter(None, v.split(","))) for n, v in asked(project["dependencies"]).items()
    }
    assert groups == {name: asked(entries) for name, entries in PROJECT["dependency-groups"].items()}
    assert extras == {n for entries in project["optional-dependencies"].values() for n in asked(entries)}
    assert LOCK["requires-python"] == project["requires-python"]


def test_the_lock_file_names_public_places_only() -> None:
    sources = {tuple(package["source"].items()) for package in LOCK["package"] if package["name"] != "conducive"}

    assert sources == {(("registry", "https://pypi.org/simple"),)}
    assert "file://" not in (ROOT / "uv.lock").read_text("utf-8")


@pytest.mark.parametrize("name", conducive.__all__)
def test_every_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    thing = getattr(conducive, name)

    assert thing.__doc__
    assert name in dir(conducive)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        conducive.nothing  # noqa: B018


def test_the_version_is_the_same_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    version = PROJECT["project"]["version"]

    assert conducive.__version__ == version == importlib.metadata.version("conducive")
    assert f"\nversion: {version}\n" in citation
    assert re.search(rf"^## \[{re.escape(version)}\]", changelog, re.MULTILINE)


def test_every_dependency_is_imported_and_says_in_the_documentation_what_it_is_for() -> None:
    project = PROJECT["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    names = {re.split(r"[\[<>=]", line)[0] for line in (*project["dependencies"], *extras)}
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rooms = ("agents", "model", "scenarios", "experiments", "dashboards", "docs")
    files = [file for room in rooms for file in (ROOT / room).rglob("*") if file.suffix in {".py", ".md"}]
    code = "\n".join(file.read_text("utf-8") for file in files)

    imported = {"scikit-learn": "sklearn", "salib": "SALib", "dask-jobqueue": "dask_jobqueue"}
    for name in names - {"ipyvue", "ipython"}:  # pins: what ipyvuetify and solara stand on
        module = imported.get(name, name.replace("-", "_"))
        assert f"`{name}`" in page, f"{name} is not in docs/dependencies.md"
        assert re.search(rf"(import|from) {module}\b", code), f"nothing imports {name}"
