"""Every name that the truth uses must exist: in the truth itself, in the places, in the code book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from diaban.calendars import calendar
from diaban.errors import DiabanError
from diaban.simulate.cases import CASE_COLUMNS
from diaban.simulate.ground import Places, observed_periods
from diaban.simulate.population import report_totals
from diaban.simulate.read import key_path
from diaban.simulate.truth import Truth

Named = Iterator[tuple[tuple[int | str, ...], Iterable[str]]]


def check_truth(truth: Truth, places: Places, file: Path) -> None:
    """Raises DiabanError that names the key of `file` for the first name that nothing declares."""
    rule = calendar(truth.periods.calendar)
    if rule.number(truth.periods.last) < rule.number(truth.periods.first):
        raise DiabanError(
            "simulate_period_order", file=file, first=truth.periods.first, last=truth.periods.last
        )
    report = places.localities[places.localities["level"] == truth.levels.report]["locality"]
    everywhere = places.localities["locality"]
    parents = set(places.units(truth)["parent"])
    _resolve(file, _levels(truth), places.localities["level"])
    _resolve(file, [(("population", "split"), truth.population.split)], places.population["locality"])
    _resolve(file, [(("files", "population"), parents)], report_totals(truth.population, places).index)
    _resolve(file, _report_localities(truth), report)
    _resolve(file, _units(truth), everywhere)
    _resolve(file, _streams(truth), [s.key for s in truth.streams])
    _resolve(file, _indicators(truth), [i.key for i in truth.indicators])
    _resolve(file, _bands(truth), [b.key for b in truth.population.bands])
    _resolve(file, _codes(truth), places.code_book["code"])
    _resolve(file, _steps(truth), [s.step for s in truth.process])
    _resolve(file, _editions(truth), report)
    _resolve(file, _edition_columns(truth), CASE_COLUMNS)
    _resolve(file, _edition_periods(truth), observed_periods(truth)["period"])
    _correlations(truth, file)


def _resolve(
    file: Path, named: Iterable[tuple[tuple[int | str, ...], Iterable[str]]], known: Iterable[str]
) -> None:
    declared = set(known)
    for where, values in named:
        for value in values:
            if value not in declared:
                shown = ", ".join(sorted(map(str, declared)))[:300]
                raise DiabanError(
                    "simulate_unknown_name", file=file, where=key_path(where), value=value, known=shown
                )


def _levels(truth: Truth) -> Named:
    yield ("levels", "report"), [truth.levels.report]
    yield ("levels", "unit"), [truth.levels.unit]


def _report_localities(truth: Truth) -> Named:
    for i, campaign in enumerate(truth.campaigns):
        yield ("campaigns", i, "localities"), campaign.localities
    for i, change in enumerate(truth.recording_changes):
        yield ("recording_changes", i, "localities"), change.localities
    for i, pair in enumerate(truth.codes.pairs):
        yield ("codes", "pairs", i, "locality"), [pair.locality]
    for whole, parts in truth.population.split.items():
        yield ("population", "split", whole), parts


def _units(truth: Truth) -> Named:
    for i, change in enumerate(truth.boundary_changes):
        yield ("boundary_changes", i, "after"), [change.after]
        yield ("boundary_changes", i, "before"), change.before


def _streams(truth: Truth) -> Named:
    for i, effect in enumerate(truth.effects):
        yield ("effects", i, "stream"), [effect.stream]
    for i, campaign in enumerate(truth.campaigns):
        yield ("campaigns", i, "stream"), [campaign.stream]
    for i, change in enumerate(truth.recording_changes):
        yield ("recording_changes", i, "stream"), [change.stream]
    for i, pair in enumerate(truth.codes.pairs):
        yield ("codes", "pairs", i, "stream"), [pair.stream]
    for i, meet in enumerate(truth.codes.together):
        yield ("codes", "together", i, "stream"), [meet.stream]
    yield ("codes", "prevalence"), truth.codes.prevalence
    if truth.joint:
        yield ("joint", "streams"), truth.joint.streams


def _indicators(truth: Truth) -> Named:
    for i, effect in enumerate(truth.effects):
        yield ("effects", i, "indicator"), [effect.indicator]
    for i, pair in enumerate(truth.correlations):
        yield ("correlations", i), [pair.a, pair.b]
    yield ("services", "outreach", "indicator"), [truth.services.outreach.indicator]


def _bands(truth: Truth) -> Named:
    for i, stream in enumerate(truth.streams):
        yield ("streams", i, "bands"), stream.bands
        yield ("streams", i, "suspects", "age_bands"), stream.suspects.age_bands
        yield ("streams", i, "victims", "age_bands"), stream.victims.age_bands
    for j, indicator in enumerate(truth.indicators):
        yield ("indicators", j, "bands"), indicator.bands
    yield ("services", "support", "bands"), truth.services.support.bands


def _codes(truth: Truth) -> Named:
    yield ("codes", "not_established"), [truth.codes.not_established]
    for stream, shares in truth.codes.prevalence.items():
        yield ("codes", "prevalence", stream), shares
    for i, pair in enumerate(truth.codes.pairs):
        yield ("codes", "pairs", i, "code"), [pair.code]
    for i, meet in enumerate(truth.codes.together):
        yield ("codes", "together", i, "codes"), meet.codes
    for j, programme in enumerate(truth.services.programmes):
        yield ("services", "programmes", j, "codes"), programme.codes


def _steps(truth: Truth) -> Named:
    for i, step in enumerate(truth.process):
        yield ("process", i, "after"), step.after
        yield ("process", i, "unless"), step.unless


def _correlations(truth: Truth, file: Path) -> None:
    """Declared correlations must be possible together."""
    keys = [i.key for i in truth.indicators]
    matrix = pd.DataFrame(np.eye(len(keys)), index=keys, columns=keys)
    for pair in truth.correlations:
        matrix.loc[pair.a, pair.b] = matrix.loc[pair.b, pair.a] = pair.value
    if np.linalg.eigvalsh(matrix.to_numpy()).min() <= 0:
        raise DiabanError("simulate_correlations", file=file)


def _editions(truth: Truth) -> Named:
    for i, edition in enumerate(truth.editions):
        for j, revision in enumerate(edition.population):
            yield ("editions", i, "population", j, "localities"), revision.localities


def _edition_columns(truth: Truth) -> Named:
    for i, edition in enumerate(truth.editions):
        for j, change in enumerate(edition.recoded):
            yield ("editions", i, "recoded", j, "column"), [change.column]


def _edition_periods(truth: Truth) -> Named:
    for i, edition in enumerate(truth.editions):
        for j, revision in enumerate(edition.population):
            yield ("editions", i, "population", j, "periods"), revision.periods
