"""From results to the cube: protected tables, what is public anyway, and the facts that pages print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from diaban.analysis.case_factors.prevalence import COLUMNS
from diaban.charts.choropleths import simplified
from diaban.errors import DiabanError
from diaban.findings.evidence import gather_evidence
from diaban.findings.priority import measure_priorities, priorities
from diaban.findings.tested import factors_tested
from diaban.intake.card import DataCard
from diaban.language.collate import sort_key
from diaban.release.cube import Cube, protect
from diaban.release.frames.coarse import coarse
from diaban.release.frames.shown_comparisons import by_shown
from diaban.release.frames.sources import sources_frame
from diaban.release.ledger.state import LedgerState
from diaban.results import Results
from diaban.results.case_side import OF_CASES
from diaban.spec import StudySpec

_MEASURE_COLUMNS = ["measure", "codes", "evidence"]
_EMPTY_CODES = {"code": "str", "kind": "str", "label_vi": "str", "label_en": "str"}
_AREA_COLUMNS = [
    "stream",
    "indicator",
    "part",
    "withheld",
    "supported",
    "rate_ratio",
    "lower",
    "upper",
    "n",
    "comparisons",
]


class Built(NamedTuple):
    """A cube, and what is known, told and hidden by it."""

    cube: Cube
    state: LedgerState


def build_cube(
    results: Results,
    card: DataCard,
    folder: Path,
    *,
    findings_only: bool = False,
    earlier: Sequence[tuple[str, LedgerState]] = (),
) -> Built:
    """The cube of a study. folder: the study's, for the catalogue of measures. findings_only: without what no
    finding is made of; pages cannot be made of it. earlier: editions that were given out (`protect`)."""
    spec, tables = results.spec, results.tables
    localities = localities_of(results)
    protected = protect(results, findings_only=findings_only, earlier=earlier)
    told_rows = protected.frames.pop("case_rows", pd.DataFrame({"table": OF_CASES, "rows": np.nan}))
    frames = protected.frames | {
        "localities": localities,
        "neighbours": _within(tables.neighbours, localities),
        "measures": read_measures(spec, folder),
        "sources": sources_frame(card.sources, told_rows if spec.disclosure.threshold > 0 else None),
    }
    code_book = tables.code_book
    frames["code_book"] = (
        pd.DataFrame(columns=list(_EMPTY_CODES)).astype(_EMPTY_CODES) if code_book is None else code_book
    )
    area = results.area_factors
    frames["area_factors"] = pd.DataFrame(columns=_AREA_COLUMNS) if area is None else area
    profile = results.factor_profile
    frames["factor_profile"] = (
        pd.DataFrame(columns=["locality", "indicator", "verdict"]) if profile is None else profile
    )
    if results.case_factors is None:
        frames["case_factors"] = _no_case_factors()
    if results.peers is not None:
        keys = ["locality", "indicator"]
        frames["factor_profile"] = frames["factor_profile"].merge(results.peers, on=keys, how="left")
    if spec.disclosure.threshold > 0:
        frames = by_shown(coarse(frames))
    frames |= _judged(frames, spec)
    if tables.boundaries is not None:
        drawn = tables.boundaries[tables.boundaries["locality"].isin(localities["locality"])]
        frames["boundaries"] = simplified(drawn[["locality", "geometry"]].reset_index(drop=True))
    return Built(Cube(frames, _facts(results)), protected.state)


def _judged(frames: Mapping[str, pd.DataFrame], spec: StudySpec) -> dict[str, pd.DataFrame]:
    """What is made of the protected frames: what was tested, and in which order to look at it."""
    checked = {name: frames.get(name) for name in ("coder_agreement", "area_robustness")}
    sides = (frames["case_factors"], frames["area_factors"], frames["factor_profile"])
    evidence = gather_evidence(*sides, spec.factors, **checked)
    weights, seed = spec.priority.model_dump(), spec.model.seed
    case_factors = frames["case_factors"]
    return {
        "tested_factors": factors_tested(*sides, **checked),
        "priorities": priorities(case_factors, evidence, spec.factors, weights, seed=seed),
        "measure_priorities": measure_priorities(
            case_factors, evidence, spec.factors, frames["measures"], weights, seed=seed
        ),
    }


def read_measures(spec: StudySpec, folder: Path) -> pd.DataFrame:
    """The catalogue of measures that the study names; `codes` as lists. Empty where it names none."""
    if spec.reference.measures is None:
        return pd.DataFrame(columns=_MEASURE_COLUMNS)
    path = folder / spec.reference.measures
    if not path.is_file():
        raise DiabanError("measures_missing", file=path.name)
    measures = pd.read_csv(path, dtype="str").fillna("")
    missing = sorted(set(_MEASURE_COLUMNS) - set(measures))
    if missing:
        raise DiabanError("measures_column", file=path.name, columns=", ".join(missing))
    return measures.assign(
        codes=measures["codes"].str.split(";"), evidence=pd.to_numeric(measures["evidence"])
    )


def localities_of(results: Results) -> pd.DataFrame:
    """Localities of report and the whole, sorted by name; `reported` marks those that get a page."""
    spec, table = results.spec, results.tables.localities
    at_risk = set(results.exposed_report["locality"])
    chosen = table[table["locality"].isin(at_risk) | (table["level"] == spec.top_level)]
    parent = spec.places.report_parent
    inside = chosen["locality"].isin(at_risk) & ((chosen["parent"] == parent) if parent else True)
    chosen = chosen.assign(reported=inside).drop(columns=["valid_from", "valid_to"], errors="ignore")
    return chosen.sort_values("name", key=lambda names: names.map(sort_key)).reset_index(drop=True)


def _within(neighbours: pd.DataFrame, localities: pd.DataFrame) -> pd.DataFrame:
    known = localities["locality"]
    return neighbours[neighbours["a"].isin(known) & neighbours["b"].isin(known)].reset_index(drop=True)


def _no_case_factors() -> pd.DataFrame:
    texts = dict.fromkeys(["locality", "stream", "code", "withheld"], "str")
    numbers = dict.fromkeys(COLUMNS, "float64") | {"over": "boolean", "hidden": "bool"}
    return pd.DataFrame(columns=[*COLUMNS, "hidden"]).astype(numbers | texts)


def _facts(results: Results) -> dict[str, Any]:
    """Plain facts for the pages: periods, days, and the periods of the files."""
    periods = results.tables.periods
    reported = periods[periods["block"] == results.spec.periods.report]
    complete = periods[periods["complete"]]
    files = results.file_periods
    return {
        "periods": complete["period"].tolist(),
        "first_day": complete["start"].iloc[0].date().isoformat(),
        "last_day": complete["end"].iloc[-1].date().isoformat(),
        "file_periods": f"{files[0]}-{files[-1]}" if len(files) > 1 else "".join(files),
        "threshold": results.spec.disclosure.threshold,
        "report_end": reported["end"].max().date().isoformat(),
    }
