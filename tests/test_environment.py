"""The environment is declared once in meaning: pyproject, conda, lock, make and git agree."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points, packages_distributions, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "playwright": "playwright-python"}
BY_PIP = {"resvg-py"}
"""Comes with `pip: -e .`: conda-forge need not have it."""
UNSEEN = {
    ".git", ".venv", ".hypothesis", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache",
    "__pycache__", "build", "dist", "outputs",
}  # fmt: skip


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def direct(project: dict) -> dict[str, Requirement]:
    """Every direct dependency, extras included."""
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    found = [Requirement(line) for line in (*project["dependencies"], *extras)]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


@pytest.fixture(scope="module")
def locked() -> dict[str, list[str]]:
    """Package -> its entries in the lock, each with its hashes."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries: dict[str, list[str]] = {}
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        entries.setdefault(canonicalize_name(re.split(r"[=\[]", entry)[0]), []).append(entry)
    return entries


def _files() -> Iterator[Path]:
    """Every text file of ours."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        ours = not UNSEEN.intersection(parts) and not any(part.endswith(".egg-info") for part in parts)
        if path.is_file() and ours and b"\0" not in path.read_bytes():
            yield path


# conda and pip ------------------------------------------------------------------------------------------


def test_conda_and_pip_declare_the_same(project, direct):
    declared = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [line for line in declared["dependencies"] if isinstance(line, str)]
    mine = {f"{CONDA_NAMES.get(name, name)}{r.specifier}" for name, r in direct.items() if name not in BY_PIP}
    assert set(conda) == {*mine, f"python{project['requires-python']}", "pip"}
    assert len(conda) == len(set(conda))
    assert declared["channels"] == ["conda-forge"]
    assert declared["dependencies"][-1] == {"pip": ["-e ."]}


def test_every_dependency_has_a_lower_bound_and_no_other(direct):
    for requirement in direct.values():
        assert [part.operator for part in requirement.specifier] == [">="], requirement


def _imported(folder: str) -> set[str]:
    """Names of the modules that the Python files of a folder import, without our own and Python's."""
    found: set[str] = set()
    own = {path.stem for path in (ROOT / folder).rglob("*.py")} | {"diaban"}
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - own - set(sys.stdlib_module_names)


@pytest.mark.parametrize(("folder", "with_extras"), [("lib", False), ("tests", True)])
def test_what_is_imported_is_declared(project, direct, folder, with_extras):
    needed = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    declared = set(direct) if with_extras else needed
    owners = packages_distributions()
    undeclared = {
        module
        for module in _imported(folder)
        if not declared & {canonicalize_name(name) for name in owners.get(module, [])}
    }
    assert undeclared == set()


# the lock -----------------------------------------------------------------------------------------------


def test_every_locked_package_is_exact_and_hashed(locked):
    assert len(locked) > 100
    for entries in locked.values():
        for entry in entries:
            assert re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+", entry), entry
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]


def test_the_lock_covers_every_direct_dependency_within_its_bounds(direct, locked):
    for name, requirement in direct.items():
        assert name in locked, name
        for entry in locked[name]:
            locked_version = re.search(r"==([^\s;\\]+)", entry)[1]
            assert requirement.specifier.contains(locked_version), entry.splitlines()[0]


def test_the_lock_holds_no_address():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for word in ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted-host", " @ "):
        assert word not in text


def test_what_runs_here_is_what_was_declared(direct):
    for name, requirement in direct.items():
        assert Version(version(name)) in requirement.specifier, name


# commands -----------------------------------------------------------------------------------------------


def test_console_script_and_papermill_engine_are_installed(project):
    (script,) = entry_points(group="console_scripts", name="diaban")
    assert script.value == project["scripts"]["diaban"]
    (engine,) = entry_points(group="papermill.engine", name="diaban-inprocess")
    assert callable(engine.load().execute_notebook)


def test_papermill_finds_our_engine_by_its_name(tmp_path):
    """In a process that has imported nothing of ours, as `papermill --engine diaban-inprocess` does."""
    (tmp_path / "try.py").write_text(
        """import os, nbformat, papermill
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os; print(os.getpid())")])
notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
nbformat.write(notebook, "in.ipynb")
papermill.execute_notebook("in.ipynb", "out.ipynb", engine_name="diaban-inprocess", progress_bar=False)
made = nbformat.read("out.ipynb", as_version=4)
print(os.getpid(), made.cells[-1].outputs[0].text)
""",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "try.py"], capture_output=True, encoding="utf-8", cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    here, cell = done.stdout.split()
    assert here == cell


TARGETS = ("findings", "test", "lab", "bench", "lint", "help")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_help_lists_every_target():
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    named = [line.split()[0] for line in listed.stdout.splitlines()]
    assert set(TARGETS) <= set(named)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert set(named) == set(phony.split())
    assert all(len(line.split()) > 1 for line in listed.stdout.splitlines())


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("target", TARGETS)
def test_every_target_can_be_made(target):
    dry = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert dry.returncode == 0, dry.stderr


def test_the_readme_begins_with_the_two_commands():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [line.strip() for line in lines[:40] if line.strip().startswith("make ")]
    assert [command.split()[1] for command in commands][:2] == ["findings", "test"]


# the tree -----------------------------------------------------------------------------------------------

MACHINE = re.compile(r"(?<![\w.])/(root|home|Users|work)/\w|[A-Z]:\\\\?Users\\")
REGISTRIES = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "anaconda" + ".org",
    "npmjs" + ".org",
    "jfrog" + ".io",
)


def test_no_machine_path_and_no_registry_in_the_tree():
    found = []
    for path in _files():
        text = path.read_text(encoding="utf-8", errors="replace")
        if MACHINE.search(text) or any(host in text for host in REGISTRIES):
            found.append(path.relative_to(ROOT).as_posix())
    assert found == []


def test_git_does_not_ignore_the_library():
    """A stock .gitignore of Python does."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert not {"lib", "lib/", "/lib/", "data/", "*.csv"} & set(ignored)
    if shutil.which("git") and (ROOT / ".git").exists():
        paths = ["lib/diaban/cli/running.py", "lib/diaban/new_study/example/counts.csv", "outputs/README.md"]
        asked = subprocess.run(["git", "check-ignore", *paths], cwd=ROOT, capture_output=True, check=False)
        assert asked.stdout == b""
        assert asked.returncode == 1


def test_what_the_package_needs_travels_with_it():
    """Every file of the library that is no Python has an ending that the package takes along."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    endings = {pattern.rsplit(".", 1)[1] for pattern in settings["package-data"]["diaban"]}
    found = {path.suffix[1:] for path in _files() if path.is_relative_to(ROOT / "lib")}
    assert found <= {"py", *endings}
