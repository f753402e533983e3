"""The protected frames of the whole beside the linked tables: all their cells, then what is told of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from diaban.release.ledger.ledger import Ledger
from diaban.release.tables.agreement import agreement_cells, agreement_frame
from diaban.release.tables.alerts import alert_cells, alert_frame
from diaban.release.tables.configurations import configuration_cells, configuration_frame
from diaban.release.tables.lags import lag_cells, lag_frame
from diaban.release.tables.pairs import pair_cells, pair_frame
from diaban.release.tables.panels import panel_cells, panel_frame
from diaban.release.tables.persons import person_cells, reconciliation_frame, repeat_frame
from diaban.release.tables.rows import row_cells, row_frame
from diaban.release.tables.shares import share_cells, share_frame
from diaban.release.tables.stopped import fewest_cells, fewest_frame, stopped_cells, stopped_frame
from diaban.release.tables.whole import Tables
from diaban.release.tables.windows import age_cells, age_frame, campaign_cells, campaign_frame
from diaban.results import Results

CELLS: tuple[Callable[[Tables, Results], None], ...] = (
    share_cells,
    stopped_cells,
    fewest_cells,
    age_cells,
    campaign_cells,
    alert_cells,
    person_cells,
    agreement_cells,
    configuration_cells,
    pair_cells,
    panel_cells,
    lag_cells,
    row_cells,
)
"""Topics of which a later one may build on the cells of an earlier one."""


class _Frame(NamedTuple):
    name: str
    made: Callable[[Ledger, Results], pd.DataFrame]


FRAMES = (
    _Frame("share_targets", share_frame),
    _Frame("stopped", stopped_frame),
    _Frame("fewest_targets", fewest_frame),
    _Frame("same_age", age_frame),
    _Frame("alerts", alert_frame),
    _Frame("campaign_effects", campaign_frame),
    _Frame("reconciliation", reconciliation_frame),
    _Frame("repeat_shares", repeat_frame),
    _Frame("coder_agreement", agreement_frame),
    _Frame("configurations", configuration_frame),
    _Frame("code_pairs", pair_frame),
    _Frame("theme_panels", panel_frame),
    _Frame("event_lags", lag_frame),
    _Frame("case_rows", row_frame),
)
"""Frames in the order in which they are told: the plan, what happened, how it hangs together."""


def protected_whole(results: Results, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """share_targets, stopped, fewest_targets, same_age, alerts, campaign_effects, reconciliation,
    repeat_shares, coder_agreement, configurations, code_pairs, theme_panels, event_lags, case_rows; where the
    study has them.

    What is told before does not change: these come last, and of each other the earlier ones go first.
    """
    asked = [frame for frame in FRAMES if getattr(results, frame.name) is not None]
    tables = Tables(ledger)
    for cells in CELLS:
        cells(tables, results)
    tables.add()
    return {frame.name: frame.made(ledger, results) for frame in asked}
