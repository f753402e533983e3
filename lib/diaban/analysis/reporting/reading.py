"""How a change of the cases may be read beside what changed in reporting and recording."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from diaban.analysis.labels import first_true, text
from diaban.analysis.rate_ratio import rate_ratio
from diaban.analysis.reporting.signals import CAMPAIGN, OUTREACH, PROACTIVE, RECORDING, REPORTS

PLAIN, RISE_AMBIGUOUS, FALL_INCONCLUSIVE = "plain", "rise_ambiguous", "fall_inconclusive"

AFTER_A_RISE = {
    (OUTREACH, "rose"): "outreach_rose",
    (CAMPAIGN, "at_work"): "campaign_at_work",
    (RECORDING, "changed"): "recording_changed",
    (PROACTIVE, "rose"): "proactive_rose",
    (REPORTS, "rose"): "reports_rose",
}
"""What makes a rise ambiguous: more may have been told or found without more being done."""

AFTER_A_FALL = {
    (REPORTS, "fell"): "reports_fell",
    (RECORDING, "changed"): "recording_changed",
    (PROACTIVE, "fell"): "proactive_fell",
}
"""What makes a fall inconclusive: less may have been told or found without less being done."""

LEAST_CHANGE = 0.02
TELLS_OF_A_FALL = frozenset(signal for signal, _ in AFTER_A_FALL)
COLUMNS = ["locality", "stream", "period", "base", "cases", "base_cases", "rate_ratio", "lower", "upper",
           "direction", "label", "reasons", "known_signals", "withheld"]  # fmt: skip


def reading(
    exposed: pd.DataFrame, signals: pd.DataFrame, *, period: str, base: str, level: float = 0.95
) -> pd.DataFrame:
    """By locality and stream: the direction of the cases, and whether it can be read plainly.

    exposed: locality, period, stream, cases, person_years. signals: rows of the builders in `signals`, for
    the same two periods. Every case of child abuse is a report, so the counts of cases cannot show that
    fewer are reported: that is told by what is counted apart from them (reports of domestic violence) and by
    how cases come to light.

    direction ("rose", "fell", "same": by less than LEAST_CHANGE, as when only the population changed) is that
    of the rate per person-year as a reader sees it, whatever its interval; lower and upper say what it is
    worth. label: "rise_ambiguous" (with one of AFTER_A_RISE),
    "fall_inconclusive" (with one of AFTER_A_FALL), else "plain". reasons: keys, separated by ";".
    known_signals: what could be looked at. withheld: `too_few_periods` (a period without a count),
    `no_cases` (none in either), `reporting_not_known` (a rise without any signal; a fall without one of
    TELLS_OF_A_FALL): the label is then missing, since a change that nobody could check is not plain.
    """
    cells = ["locality", "stream"]
    rows = exposed[cells].drop_duplicates().sort_values(cells, ignore_index=True)
    for name, prefix in ((period, ""), (base, "base_")):
        chosen = exposed[exposed["period"] == name].set_index(cells)[["cases", "person_years"]]
        rows = rows.join(chosen.add_prefix(prefix), on=cells, validate="one_to_one")
    ratio = rate_ratio(
        rows["cases"], rows["person_years"], rows["base_cases"], rows["base_person_years"], level=level
    )
    rows = rows.join(ratio.drop(columns="p"))
    risen, fallen = rows["rate_ratio"] > 1 + LEAST_CHANGE, rows["rate_ratio"] < 1 - LEAST_CHANGE
    told = _told(signals, rows[cells])
    pairs = zip(told, risen, fallen, strict=True)
    reasons = [_reasons(known, rise, fall) for known, rise, fall in pairs]
    checked = pd.Series([_checked(known, fall) for known, fall in zip(told, fallen, strict=True)], dtype=bool)
    because = pd.Series([";".join(found) for found in reasons], dtype="str")
    named = because != ""
    absent = rows["cases"].isna() | rows["base_cases"].isna()
    without = ~absent & (rows["cases"] + rows["base_cases"] == 0)
    withheld = first_true(
        [absent, without, (risen | fallen) & ~checked & ~named],
        ["too_few_periods", "no_cases", "reporting_not_known"],
    )
    answered = pd.isna(withheld)
    label = first_true(
        [~answered, named & risen, named & fallen], ["", RISE_AMBIGUOUS, FALL_INCONCLUSIVE], PLAIN
    )
    direction = first_true([risen, fallen, ~absent & ~without], ["rose", "fell", "same"])
    return rows.assign(
        period=period,
        base=base,
        direction=text(direction),
        label=pd.Series(label, dtype="str").where(answered),
        reasons=because.where(named),
        known_signals=pd.Series([";".join(sorted({s for s, _ in known})) for known in told], dtype="str"),
        withheld=text(withheld),
    )[COLUMNS]


def _told(signals: pd.DataFrame, rows: pd.DataFrame) -> list[list[tuple[str, str]]]:
    """Signal and direction of what is known at each row's locality, on its stream or on every one."""
    known = defaultdict(list)
    columns = ["locality", "stream", "signal", "direction"]
    for locality, stream, signal, direction in signals[columns].fillna("").itertuples(index=False, name=None):
        known[locality, stream].append((signal, direction))
    at = rows.itertuples(index=False, name=None)
    return [known[place, ""] + known[place, stream] for place, stream in at]


def _reasons(told: list[tuple[str, str]], rise: bool, fall: bool) -> list[str]:
    which = AFTER_A_RISE if rise else AFTER_A_FALL if fall else {}
    found = set(told)
    return [reason for pair, reason in which.items() if pair in found]


def _checked(told: list[tuple[str, str]], fall: bool) -> bool:
    known = {signal for signal, _ in told}
    return bool(known & TELLS_OF_A_FALL) if fall else bool(known)
