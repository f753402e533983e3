"""Nothing imports upwards: among the parts of the package, and among those of `release/`."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "lib" / "diaban"
FLOORS = ["spec", "intake", "results", "findings", "release", "run", "cli"]
FLOORS_OF_RELEASE = ["ranges", "suppression", "ledger", "tables", "frames", "cube", "audit", "exports"]


def _imports(folder: Path, package: str) -> dict[str, set[str]]:
    """Part of a package to the other parts of it that its modules import."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        part = path.relative_to(folder).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
                other = str(node.module).removeprefix(f"{package}.").split(".")[0]
                found.setdefault(part, set()).update({other} - {part})
    return found


@pytest.mark.parametrize(
    ("folder", "package", "floors"),
    [(PACKAGE, "diaban", FLOORS), (PACKAGE / "release", "diaban.release", FLOORS_OF_RELEASE)],
    ids=["package", "release"],
)
def test_nothing_imports_upwards(folder, package, floors):
    imports = _imports(folder, package)
    order = list(TopologicalSorter(imports).static_order())
    assert set(floors) <= set(order)
    for lower, upper in pairwise(floors):
        assert upper not in _reached(lower, imports), f"{lower} reaches {upper}"


def _reached(part: str, imports: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    new = {part}
    while new:
        found |= new
        new = {other for one in new for other in imports.get(one, ())} - found
    return found
