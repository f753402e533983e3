"""The real release of the simulated province, and one thing in it unhidden at a time: each stops it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from diaban.release.audit import audit
from diaban.release.audit.attack import attack
from diaban.release.audit.blocks import blocks
from diaban.release.audit.claims import claims
from diaban.release.audit.culprits import culprits
from diaban.release.audit.readings import read_cube
from diaban.release.audit.register import REGISTER
from diaban.release.audit.replay_rates import replayed_rates
from diaban.release.audit.replays import replays, replays_of_cells
from diaban.release.audit.small_ones import small_ones
from diaban.release.audit.union import unite
from diaban.release.cells import ABOUT_CODING, count_cell
from diaban.release.cube import Cube
from diaban.release.frames.shown_comparisons import q_of_shown
from diaban.release.ledger.state import LedgerState
from diaban.release.published import Published
from diaban.release.tables.targets import SLACK

UNHIDDEN = [
    ("rates", "cases"),
    ("rates", "rate"),
    ("rates", "lower"),
    ("rates", "upper"),
    ("rates", "ratio"),
    ("rates", "ratio_upper"),
    ("rates", "shrunk_rate"),
    ("rates", "probability_above"),
    ("rates", "z"),
    ("trends", "cases"),
    ("trends", "rate_ratio"),
    ("run_chart", "cases"),
    ("detectability", "mean_per_year"),
    ("detectability", "chance_by_luck"),
    ("excess_decomposition", "cases"),
    ("what_if", "change"),
    ("concentration", "dominated"),
    ("case_factors", "n_coded"),
    ("case_factors", "share"),
    ("case_factors", "ratio"),
    ("case_factors", "shrunk_share"),
    ("case_factors", "q"),
    ("code_pairs", "n_both"),
    ("event_moments", "n"),
    ("event_lags", "half_by"),
    ("targets", "attainment"),
    ("targets", "cases"),
    ("targets_pooled", "change_per_year"),
    ("mid_year", "probability"),
    ("share_targets", "successes"),
    ("handling", "n"),
    ("handling", "share"),
    ("stopped", "share"),
    ("relative_rates", "differs"),
    ("theme_counts", "cases"),
    ("theme_counts", "ratio"),
    ("theme_counts", "p"),
    ("theme_panels", "share"),
    ("edition_changes", "late_reports"),
    ("reading", "direction"),
]


@pytest.fixture(scope="module")
def published(binh_phuoc_run):
    """The newest edition, and those before, as they were given out."""
    path = binh_phuoc_run.path
    now = Published(
        binh_phuoc_run.cube.facts["edition"],
        binh_phuoc_run.cube,
        LedgerState.load(path / "internal" / "ledger"),
    )
    kept = sorted((path.parent / "editions").glob("*/cube"))
    earlier = [Cube.load(folder) for folder in kept]
    states = [LedgerState.load(folder.parent / "ledger") for folder in kept]
    return now, [Published(c.facts["edition"], c, s) for c, s in zip(earlier, states, strict=True)]


@pytest.fixture(scope="module")
def whole_audit(published):
    return audit(published[0], published[1])


def changed(published, frame, **columns):
    """The cube with one frame changed: columns are series or values."""
    cube = published[0].cube
    return Cube({**cube.frames, frame: cube[frame].assign(**columns)}, cube.facts)


def with_value(published, frame, row, column, value):
    table = published[0].cube[frame]
    kind = object if isinstance(value, str) else "boolean" if isinstance(value, bool) else "Float64"
    told = table[column].astype(object).where(table[column].notna(), None)
    told.loc[row] = value
    return changed(published, frame, **{column: told.astype(kind)})


def leaks_of(published, cube):
    return read_cube(cube, published[0].state).leaks


# As it is --------------------------------------------------------------------------------------------------


def test_the_release_of_the_study_has_no_leak(whole_audit):
    assert whole_audit.leaks == []
    assert whole_audit.ok
    narrowest = whole_audit.certificate["narrowest"]
    assert narrowest["width"] >= narrowest["needed"]


def test_everything_that_is_fitted_to_several_localities_is_proved(published, whole_audit):
    """However many ways there are in which the hidden counts could lie; of words other counts are sought."""
    assert {one.outcome for one in replays(published[0].cube)} == {"proved"}
    told = whole_audit.certificate["fitted_together"]
    assert told["proved"] > 100
    assert told["refused"] == 0
    by_word = [
        one for one in replays_of_cells(published[0].cube, published[0].state) if one.outcome == "tried"
    ]
    assert {one.place.split("[")[0] for one in by_word} <= {"relative_rates", "coding_sensitivity"}
    assert told["tried"] == told["statements"] - told["proved"] == 2 * len(by_word)


def test_its_certificate_says_what_was_attacked(whole_audit):
    told = json.loads(json.dumps(whole_audit.certificate))
    assert told["editions"] == ["2024-mid", "2023-end"]
    assert told["attacked"]["numbers"] > 10_000
    assert told["attacked"]["unfinished_searches"] == 0
    assert told["cells"]["hidden"] + told["cells"]["published"] == told["cells"]["known"]
    assert told["if_known_to_be_small"]["values_left"] == 3
    assert whole_audit.protected > 500
    assert "protected" not in told["cells"]  # it would tell how many of the hidden ones are small
    assert told["told_before"] == 0


def test_its_certificate_names_no_count(whole_audit, published):
    """Which count is the nearest to be told, and where it lies, would help whoever looks for it."""
    told = json.dumps(whole_audit.certificate)
    assert set(whole_audit.certificate["narrowest"]) == {"class", "width", "needed"}
    assert not any(cell in told for cell in published[0].state.counts.index if "|" in cell)


def test_every_frame_of_the_study_is_registered(published):
    cube = published[0].cube
    assert set(cube.frames) <= set(REGISTER)
    assert leaks_of(published, cube) == []


def test_what_is_known_of_persons_by_locality_stops_the_release_whatever_its_size(published):
    one = published[0].cube["localities"]["locality"].iloc[0]
    leaks = leaks_of(published, changed(published, "theme_panels", locality=one))
    assert {(leak.kind, leak.frame) for leak in leaks} == {("too_fine", "theme_panels")}


# One thing unhidden ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("frame", "column"), UNHIDDEN)
def test_a_number_of_a_hidden_row_stops_the_release(published, frame, column):
    table = published[0].cube[frame]
    hidden = table["hidden"].to_numpy(bool) & table[column].isna().to_numpy()
    if "locality" in table and (of_one := hidden & (table["locality"] != "*").to_numpy()).any():
        hidden = of_one
    row = table.index[hidden][0]
    value = "fell" if column == "direction" else column == "dominated" or 0.375
    found = leaks_of(published, with_value(published, frame, row, column, value))
    assert {(leak.frame, leak.column) for leak in found} == {(frame, column)}


def hidden_rate(published):
    rates, state = published[0].cube["rates"], published[0].state
    rows = rates[rates["hidden"]]
    cells = [count_cell(r.locality, r.stream, r.period) for r in rows.itertuples()]
    row = rows.index[[state.needed.get(cell, 0) > 0 for cell in cells]][0]
    told = rates.loc[row]
    return row, told, count_cell(told["locality"], told["stream"], told["period"])


@pytest.mark.parametrize("column", ["rate", "ratio"])
def test_what_an_unhidden_rate_tells_is_worked_out(published, column):
    """The count itself, to the last digit; rounded, a range."""
    row, told, cell = hidden_rate(published)
    n = published[0].state.counts[cell]
    by = told["person_years"] / told["per"] if column == "rate" else told["expected"]
    found = leaks_of(published, with_value(published, "rates", row, column, float(n / by)))
    assert [(leak.kind, leak.cell, leak.lower, leak.upper) for leak in found] == [
        ("hidden_value", cell, n, n)
    ]


def test_an_unhidden_rate_is_attacked_with_all_the_rest(published):
    row, told, cell = hidden_rate(published)
    now = published[0]
    rate = float(now.state.counts[cell] / told["person_years"] * told["per"])
    union = unite([(now.edition, now.state)])
    for statement in read_cube(with_value(published, "rates", row, "rate", rate), now.state).statements:
        union.state(statement)
    block = next(block for block in blocks(union) if cell in block.cells)
    position = block.cells.index(cell)
    found = attack(block, enough=np.where(np.arange(len(block.cells)) == position, 5.0, 0.0))
    assert found.narrow.tolist() == [position]
    assert found.low[position] == found.high[position] == now.state.counts[cell]
    assert culprits(block, position, {}, {cell: ["rates.rate"]})[0] == "rates.rate"


def test_a_moment_that_leaves_two_values_of_a_code_to_who_knows_that_it_is_small(published):
    """Files with one of two codes, and with either of them: the other code has at least the difference."""
    state = published[0].state
    moments = {
        cell for cell in state.hidden - state.needed.keys() if "|moment " in cell and "beyond" not in cell
    }
    assert moments
    assert not list(small_ones(blocks(unite([("", state)])), state))
    told = replace(state, hidden=state.hidden - moments)
    found = list(small_ones(blocks(unite([("", told)])), told))
    assert {leak.kind for leak in found} == {"closed_in"}
    assert {leak.cell for leak in found} <= state.apart


def test_a_share_that_does_not_follow_from_the_numbers_beside_it(published):
    """As a share by a limit that counts young reports in part: it tells how many these are."""
    table = published[0].cube["handling"]
    row = table.index[~table["hidden"] & table["measure"].str.startswith("by ") & table["share"].notna()][0]
    found = leaks_of(
        published, with_value(published, "handling", row, "share", table.loc[row, "share"] + 0.01)
    )
    assert {(leak.kind, leak.column) for leak in found} == {("not_as_registered", "share")}


@pytest.mark.parametrize("column", ["expected", "whole_cases", "whole_rate"])
def test_the_whole_of_a_theme_with_few_cases(published, column):
    now = published[0]
    table = now.cube["theme_counts"]
    whole = [f"theme|*|{r.theme}|{r.period}" for r in table.itertuples()]
    row = table.index[[cell in now.state.hidden for cell in whole]][0]
    found = leaks_of(published, with_value(published, "theme_counts", row, column, 0.375))
    assert {(leak.kind, leak.column) for leak in found} == {("hidden_value", column)}


def test_a_verdict_that_the_ledger_does_not_let_stand(published):
    table = published[0].cube["targets"]
    row = table.index[table["met"].isna() & (table["locality"] != "*")][0]
    for shown in (False, True):
        cube = with_value(published, "targets", row, "met", True)
        cube.frames["targets"].loc[row, "met_shown"] = shown
        told = read_cube(cube, published[0].state)
        assert bool(told.leaks) != shown
        assert any(place.place.startswith("targets") for place in told.statements)


def test_a_verdict_that_stands_is_what_the_ledger_knows(published):
    """Each hidden pair of counts with a verdict has its inequality among the equations."""
    now = published[0]
    told = [s for s in read_cube(now.cube, now.state).statements if s.place.startswith("targets[")]
    slack = {e.total for e in now.state.equations if any(SLACK in part for part in e.parts)}
    assert len(told) > 0
    assert {next(iter(statement.weights)) for statement in told} <= slack


@pytest.mark.parametrize(
    ("frame", "column"), [("theme_counts", "withheld"), ("targets", "withheld"), ("handling", "withheld")]
)
def test_a_reason_that_is_a_zero(published, frame, column):
    table = published[0].cube[frame]
    row = table.index[table["hidden"].to_numpy(bool)][0]
    (leak,) = leaks_of(published, with_value(published, frame, row, column, "no_cases"))
    assert leak.kind == "reason"


def test_a_small_count_of_the_whole(published):
    table = published[0].cube["code_pairs"]
    row = table.index[~table["hidden"]][0]
    found = leaks_of(published, with_value(published, "code_pairs", row, "n_both", 3.0))
    assert {leak.kind for leak in found} == {"not_as_registered"}


def test_a_change_between_editions_is_the_one_that_the_ledger_shows(published):
    table = published[0].cube["edition_changes"]
    row = table.index[table["new_cases"].notna()][0]
    found = leaks_of(published, with_value(published, "edition_changes", row, "new_cases", 3.0))
    assert {(leak.kind, leak.column) for leak in found} == {("not_as_registered", "new_cases")}


def test_late_reports_that_are_few(published):
    table, state = published[0].cube["edition_changes"], published[0].state
    rows = table[(table["locality"] == "*") & table["late_reports"].isna()]
    assert len(rows)
    cells = [f"changed|{published[0].edition}|{r.stream}|{r.period}|late_reports" for r in rows.itertuples()]
    few = [(row, cell) for row, cell in zip(rows.index, cells, strict=True) if cell in state.needed]
    assert few, "nothing to test"
    row, cell = few[0]
    cube = with_value(published, "edition_changes", row, "late_reports", state.counts[cell])
    assert ("hidden_value", cell) in {(leak.kind, leak.cell) for leak in leaks_of(published, cube)}


# Steps, words, and rows of the register --------------------------------------------------------------------


def contradictions(published, cube):
    """Places of statements that are not true."""
    state = published[0].state
    union = unite([(published[0].edition, state)])
    for statement in read_cube(cube, state).statements:
        union.state(statement)
    return {place for leak in union.leaks if leak.kind == "contradiction" for place in leak.given_by}


def test_days_that_are_another_step(published):
    table = published[0].cube["event_lags"]
    row = table.index[table["half_by"].notna() & (table["half_by"] > 7)][0]
    found = contradictions(published, with_value(published, "event_lags", row, "half_by", 3.0))
    assert any(place.startswith("event_lags[") and "half_by" in place for place in found)


def test_days_without_a_number_of_files(published):
    """Of how many files the days are nobody can say: no such statement is true."""
    table = published[0].cube["event_lags"]
    row = table.index[table["half_by"].notna()][0]
    found = contradictions(published, with_value(published, "event_lags", row, "n_files", np.nan))
    assert any(place.startswith("event_lags[") and "half_by" in place for place in found)


@pytest.mark.parametrize("column", ["differs", "side"])
def test_a_word_that_the_counts_do_not_say(published, column):
    table = published[0].cube["relative_rates"]
    row = table.index[~table["hidden"]][0]
    value = not bool(table.loc[row, "differs"]) if column == "differs" else "more"
    found = replays_of_cells(with_value(published, "relative_rates", row, column, value), published[0].state)
    assert ("relative_rates", "not_audited") in {(one.place, one.outcome) for one in found}


def test_a_ratio_of_groups(published):
    table = published[0].cube["relative_rates"]
    cube = changed(published, "relative_rates", ratio=np.where(table["hidden"], np.nan, 1.1))
    found = replays_of_cells(cube, published[0].state)
    assert ("relative_rates", "not_audited") in {(one.place, one.outcome) for one in found}


@pytest.mark.parametrize("reason", ["group_too_small", "same_everywhere"])
def test_why_a_comparison_is_left_out(published, reason):
    """That nobody of two groups went on is a number."""
    table = published[0].cube["relative_rates"]
    cube = changed(published, "relative_rates", withheld=np.where(table["hidden"], reason, None))
    assert {leak.kind for leak in leaks_of(published, cube)} == {"reason"}


def test_rows_of_the_register_as_it_is(published):
    """Two cases more than in the tables came late: exactly, not to the ten."""
    table, state = published[0].cube["sources"], published[0].state
    row = table.index[(table["table"] == "cases") & table["kept"].notna()][0]
    assert table.loc[row, "kept"] % 10 == 0
    now = float(state.counts["rows|cases"]) + 3
    assert now % 10, "nothing to test"
    assert contradictions(published, with_value(published, "sources", row, "kept", now)) == {
        "sources[cases].kept"
    }


def test_files_without_a_cause_are_crossed_with_nothing(published):
    """They are told where they are few: nothing may say whose they are."""
    crossed = {"period", "year", "role", "column", "group", "panel", "category", "age_band", "sex", "b"}
    found = set()
    for name, table in published[0].cube.frames.items():
        texts = table.select_dtypes(["str", "object"])
        if texts.astype("str").isin(ABOUT_CODING).any(axis=None):
            found.add(name)
            assert name == "code_book" or not crossed & set(table), name
    assert "case_factors" in found


@pytest.mark.parametrize(
    ("frame", "column"),
    [
        ("area_factors", "rate_ratio"),
        ("area_factors", "p"),
        ("area_robustness", "same_sign_share"),
        ("area_robustness", "permutation_p"),
        ("area_robustness", "e_value"),
        ("factor_importance", "importance"),
        ("residual_autocorrelation", "moran"),
        ("campaign_effects", "placebo_p"),
        ("configurations", "p"),
    ],
)
def test_a_figure_of_a_model_between_its_steps(published, frame, column):
    """Not too many digits, but more than are promised."""
    table = published[0].cube[frame]
    row = table.index[table[column].notna()][0]
    beside = round(float(table.loc[row, column]) + (0.1 if column == "e_value" else 0.013), 2)
    found = list(replays(with_value(published, frame, row, column, beside)))
    assert frame in {one.place.split(".")[0] for one in found if one.outcome == "not_audited"}


def test_how_many_codes_could_lead(published):
    table = published[0].cube["coding_sensitivity"]
    cube = with_value(published, "coding_sensitivity", 0, "leaders", float(table.loc[0, "leaders"]) + 1)
    found = [one for one in replays_of_cells(cube, published[0].state) if "coding_sensitivity" in one.place]
    assert [one.outcome for one in found].count("not_audited") == 1


def test_suspects_are_those_that_the_ledger_shows(published):
    """As many suspects as cases and two more."""
    table = published[0].cube["reconciliation"]
    row = table.index[table["suspects"].notna() & table["cases"].notna()][0]
    near = float(table.loc[row, "cases"]) + 2
    found = leaks_of(published, with_value(published, "reconciliation", row, "suspects", near))
    assert {(leak.kind, leak.column) for leak in found} == {("not_as_registered", "suspects")}


def test_child_victims_have_their_own_threshold(published):
    table = published[0].cube["reconciliation"]
    state = published[0].state
    counted = {
        row.Index: cell
        for row in table.itertuples()
        if (cell := f"entries|{row.stream}|{row.period}|child victims") in state.counts.index
    }
    few = [index for index, cell in counted.items() if state.counts[cell] < 10]
    assert few
    assert table.loc[few, "child_victims"].isna().all()
    assert all(state.needed[counted[index]] >= 9 for index in few)
    many = table.index[table["child_victims"].notna()][0]
    cube = with_value(published, "reconciliation", many, "child_victims", 10.0)
    found = audit(published[0]._replace(cube=cube), published[1], victims=10)
    assert "contradiction" in {leak.kind for leak in found.leaks}


def test_a_shown_number_that_is_not_the_count_it_is_said_to_be(published):
    table = published[0].cube["rates"]
    row = table.index[~table["hidden"]][0]
    (leak,) = leaks_of(published, with_value(published, "rates", row, "rate", 1.25))
    assert (leak.kind, leak.column) == ("not_as_registered", "rate")


# What nobody has registered --------------------------------------------------------------------------------


def test_a_frame_column_or_fact_that_is_not_registered(published):
    cube = published[0].cube
    frames = {**cube.frames, "by_school": pd.DataFrame({"school": ["A"], "cases": [7]})}
    frames["rates"] = frames["rates"].assign(by_month=np.arange(len(frames["rates"])))
    found = leaks_of(published, Cube(frames, {**cube.facts, "officer": "x"}))
    assert {(leak.kind, leak.frame, leak.column) for leak in found} == {
        ("unregistered", "by_school", ""),
        ("unregistered", "rates", "by_month"),
        ("unregistered", "facts", "officer"),
    }


def test_a_count_that_the_ledger_does_not_know(published):
    now = published[0]
    table = now.cube["rates"]
    row = table.index[~table["hidden"]][0]
    cell = count_cell(*table.loc[row, ["locality", "stream", "period"]])
    state = dataclasses.replace(now.state, counts=now.state.counts.drop(cell))
    found = read_cube(now.cube, state).leaks
    assert {leak.kind for leak in found} == {"unknown_cell"}


def test_exact_counts_are_not_audited_for_sharing(published):
    now = published[0]
    internal = Cube({"localities": now.cube["localities"]}, {**now.cube.facts, "internal": True})
    nothing = LedgerState(pd.Series(dtype=float), [], frozenset(), {}, 5)
    found = audit(Published(now.edition, internal, nothing)).leaks
    assert {leak.kind for leak in found} == {"internal"}


# Sentences -------------------------------------------------------------------------------------------------


def test_a_number_in_a_sentence_that_stands_nowhere(published):
    now, earlier = published
    cubes = {one.edition: one.cube for one in (now, *earlier)}
    assert list(claims(now.cube, cubes)) == []
    log = now.cube["findings_log"]
    english = log["claim_en"] + " This is 98,765.43 more."
    found = list(claims(changed(published, "findings_log", claim_en=english), cubes))
    assert len(found) == len(log)
    assert {leak.given_by for leak in found} == {("98765.4",)}
    estimates = log["estimate"] * 1.0001
    found = list(claims(changed(published, "findings_log", estimate=estimates), cubes))
    assert len(found) == log["estimate"].notna().sum()


def test_an_edition_that_was_not_given_is_not_taken_on_trust(published):
    now = published[0]
    kinds = {leak.kind for leak in claims(now.cube, {now.edition: now.cube})}
    assert kinds == {"claim"}


# Statements about all localities ---------------------------------------------------------------------------


def refused(cube):
    return {one.place for one in replays(cube) if one.outcome != "proved"}


def test_a_shrunk_rate_fitted_to_hidden_counts_gives_them_back(binh_phuoc_run, published):
    """The rates as they are fitted to all localities, with hidden rows blanked: every count follows; where
    there are too many ways to try them nobody can say so."""
    shown = published[0].cube["rates"]
    true = binh_phuoc_run.results.rates
    keys = ["locality", "period", "stream"]
    table = true.merge(shown[[*keys, "hidden"]], on=keys, validate="one_to_one")
    blanked = ["cases", "rate", "shrunk_rate", "shrunk_lower", "shrunk_upper", "probability_above", "z",
               "rank_lower", "rank_upper"]  # fmt: skip
    table[blanked] = table[blanked].mask(table["hidden"])
    told = [one for one in replayed_rates(Cube({"rates": table}, {})) if one.outcome == "tried"]
    assert {one.left for one in told} == {1}
    counts = {count_cell(r.locality, r.stream, r.period): r.cases for r in true.itertuples()}
    assert all([counts[cell]] == values for one in told for cell, values in one.possible.items())
    outcomes = {one.outcome for one in replayed_rates(Cube({"rates": table}, {}))}
    assert "tried" in outcomes <= {"proved", "tried", "not_audited"}


def test_a_shrunk_share_that_is_fitted_to_others_as_well(published):
    table = published[0].cube["case_factors"]
    row = table.index[~table["hidden"] & table["shrunk_share"].notna() & (table["code"] != "XX")][0]
    cube = with_value(published, "case_factors", row, "shrunk_share", table.loc[row, "shrunk_share"] * 1.01)
    stream, code = table.loc[row, ["stream", "code"]]
    assert refused(cube) == {f"case_factors[{stream}, {code}].shrunk_share"}


@pytest.mark.parametrize("frame", ["case_factors", "theme_counts"])
def test_a_q_that_ranks_hidden_comparisons(published, frame):
    """As if one hidden comparison were clearer than all shown ones: every q has one rank more below it."""
    table = published[0].cube[frame]
    p = table["p"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    p[np.flatnonzero(table["hidden"])[0]] = 0.0
    q = q_of_shown(p, int(table["comparisons"].max()))
    cube = changed(published, frame, q=pd.Series(q, index=table.index).mask(table["hidden"]))
    assert refused(cube) == {f"{frame}.q"}


@pytest.mark.parametrize(
    ("frame", "column"),
    [
        ("area_factors", "rate_ratio"),
        ("area_factors", "p"),
        ("area_robustness", "e_value"),
        ("factor_importance", "importance"),
        ("residual_autocorrelation", "moran"),
        ("excess_decomposition", "upper"),
        ("what_if", "change"),
        ("trends", "dispersion"),
        ("code_pairs", "lift"),
        ("configurations", "p"),
        ("alerts", "expected_false_alarms"),
    ],
)
def test_a_figure_of_a_model_with_more_digits(published, frame, column):
    table = published[0].cube[frame]
    row = table.index[table[column].notna()][0]
    found = leaks_of(
        published, with_value(published, frame, row, column, float(table.loc[row, column]) + 3e-5)
    )
    assert {(leak.kind, leak.column) for leak in found} == {("not_as_registered", column)}
