"""A moment's files bound those of its codes: what is published of one must not tell the other."""

from __future__ import annotations

import pandas as pd

from diaban.release.cells import WHOLE, WITHOUT, code_cell, files_cell, moment_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Attacker, Equation
from diaban.release.tables.moments import moment_tables

STREAM = "s"
FILES = {"a": 40, "b": 60}
WITH = {("a", "K1"): 9, ("a", "K2"): 3, ("b", "K1"): 20, ("b", "K2"): 12}
MOMENT = {"a": 12, "b": 25}


def _system(moment: dict[str, int] = MOMENT) -> tuple[pd.Series, list[Equation], set[str], set[str]]:
    cells, equations = {}, []
    for place, files in [*FILES.items(), (WHOLE, sum(FILES.values()))]:
        cells[files_cell(place, STREAM)] = files
        for code in ("K1", "K2"):
            n = WITH.get((place, code), sum(v for (_, c), v in WITH.items() if c == code))
            cell = code_cell(place, STREAM, code)
            cells |= {cell: n, cell + WITHOUT: files - n}
            equations.append(Equation(files_cell(place, STREAM), (cell, cell + WITHOUT)))
    equations += [
        Equation(code_cell(WHOLE, STREAM, code), tuple(code_cell(p, STREAM, code) for p in FILES))
        for code in ("K1", "K2")
    ]
    counts = pd.Series(cells)
    moments = pd.DataFrame(
        [
            (p, STREAM, "guardian", moment.get(p, sum(moment.values())), FILES.get(p, 100))
            for p in ("a", "b", WHOLE)
        ],
        columns=["locality", "stream", "moment", "n", "n_files"],
    )
    codes_of = {"guardian": ["K1", "K2"]}
    tables = moment_tables(moments, counts, codes_of, threshold=5)
    return pd.concat([counts, tables.counts]), [*equations, *tables.equations], tables.small, tables.slack


def test_every_equation_holds():
    counts, equations, _, _ = _system()
    for equation in equations:
        assert counts[equation.total] == counts[list(equation.parts)].sum()


def test_a_moment_shown_beside_its_other_codes_would_tell_the_hidden_one():
    """Here 12 files with K1 or K2, 9 with K1: at least 3 with K2. There 25 and 20: at least 5 of all 15."""
    counts, equations, _, slack = _system()
    small = code_cell("a", STREAM, "K2")
    others = {small, small + WITHOUT, code_cell("b", STREAM, "K2"), code_cell("b", STREAM, "K2") + WITHOUT}
    ranges = Attacker(counts, equations).ranges(others | slack)
    assert ranges.loc[small].tolist() == [3, 10]


def test_a_moment_that_would_tell_is_not_shown():
    """Either place may be shown by its moments, or the whole; with all of them the hidden code is known."""
    counts, equations, small, slack = _system()
    hidden = {code_cell(p, STREAM, "K2") + end for p in FILES for end in ("", WITHOUT)}
    cells = {p: {moment_cell(p, STREAM, "guardian") + end for end in ("", WITHOUT)} for p in (*FILES, WHOLE)}
    told = {"1": cells["a"], "2": cells["b"], "3": cells[WHOLE]}
    protected = {code_cell("a", STREAM, "K2")}

    def shown(threshold: int) -> set[str]:
        away = hidden | slack | set().union(*cells.values())
        ledger = Ledger(counts, equations, away, protected, threshold=threshold)
        return set().union(*(told[name] for name in sorted(told) if ledger.show(told[name])))

    assert shown(5) == cells["b"], "12 with 9 of K1: who knows that K2 is small knows 3 or 4"
    assert shown(9) == cells["a"]
    assert shown(20) == set()
    assert not small


def test_nothing_asked_shows_nothing():
    counts, equations, _, _ = _system()
    ledger = Ledger(counts, equations, {"files|a|s"}, [], threshold=5)
    assert ledger.show()
    assert not ledger.shows("files|a|s")
    assert not ledger.shows("no such cell")


def test_few_files_with_two_codes_of_a_moment_keep_it_hidden():
    """20 and 12 files with the codes, 29 with either: 3 with both, as the union would tell."""
    counts, equations, _, slack = _system({"a": 12, "b": 29})
    union = moment_cell("b", STREAM, "guardian")
    own = {union, union + WITHOUT}
    overlap = f"{union}|beyond|overlap"
    assert counts[overlap] == 3
    assert not Ledger(counts, equations, slack | own, {overlap}, threshold=5).show(own)
