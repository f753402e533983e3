"""The maps of the index: colour only where a locality clearly differs from the whole."""

from __future__ import annotations

import math

import pandas as pd

from diaban import charts
from diaban.release.pages.against_whole import against_whole
from diaban.release.pages.context import PageContext

MANY = 4
"""Localities on each side from which two shades a side are told apart."""


def verdict(row: pd.Series) -> str:
    """Whether a row of rates clearly differs from the whole: above, below or similar; "" if not shown."""
    if pd.isna(row["shrunk_rate"]):
        return ""
    stands = against_whole(row)
    return "similar" if stands == "close" else stands


def rate_map(c: PageContext, stream: str, values: pd.DataFrame) -> str:
    """The estimated rates of all localities, as a figure; a schematic where there are no boundaries.

    values: `rates_of_reported` of the stream.
    """
    declared = c.spec.stream(stream)
    reference = c.rate(values["reference_rate"].max())
    title = c.text["index"]["map_title"].format(stream=declared.label[c.language])
    options = c.chart_options(
        title=title,
        caption=c.text["index"]["map_caption"].format(
            per=c.per, population=c.population(declared), reference=reference
        ),
        alt=_alt(c, values, title, reference),
        breaks=clear_breaks(values),
    )
    reported = c.cube["localities"].query("reported")
    if "boundaries" in c.cube.frames:
        shapes = c.cube["boundaries"]
        drawn = shapes[shapes["locality"].isin(reported["locality"])]
        return charts.choropleth(drawn, values, **options)._repr_html_()
    return charts.schematic_map(reported, c.cube["neighbours"], values, **options)._repr_html_()


def rates_of_reported(c: PageContext, stream: str) -> pd.DataFrame:
    """Rates of the localities of report as their labels have them: equal labels get equal colours."""
    rates = c.all_of("rates", stream)
    rates = rates[rates["locality"].isin(c.cube.reported)]
    rates = rates.assign(verdict=[verdict(row) for _, row in rates.iterrows()])
    return rates.assign(shrunk_rate=rates["shrunk_rate"].map(_as_printed, na_action="ignore"))


def clear_breaks(values: pd.DataFrame) -> tuple[float, ...]:
    """Class limits that part what is clearly above or below the whole from what is not.

    A clear difference that a rate alone does not part from the others stays among them: no shade ever
    stands for a difference that may be chance.
    """
    shown = values.dropna(subset=["shrunk_rate"])
    if shown.empty:
        return ()
    rates, said = shown["shrunk_rate"], shown["verdict"]
    reference = float(shown["reference_rate"].max())
    middle = [*rates[said == "similar"], reference]
    high = sorted(rates[(said == "above") & (rates > max(middle))])
    low = sorted(rates[(said == "below") & (rates < min(middle))])
    upper = [high[0]] if high else [_beyond(max(middle))]
    lower = [min(rate for rate in [*middle, *high, *rates] if rate > low[-1])] if low else [min(middle) / 2]
    if min(len(high), len(low)) >= MANY:
        upper.append(high[len(high) // 2])
        lower.insert(0, low[len(low) // 2])
    return tuple(_as_printed(limit) for limit in dict.fromkeys([*lower, *upper]))


def _beyond(rate: float) -> float:
    """A round number above `rate`, for a shade that no locality has."""
    step = 10 ** math.floor(math.log10(rate)) if rate > 0 else 1.0
    return (math.floor(rate / step) + 1) * step


def _as_printed(rate: float) -> float:
    return round(rate, 1 if rate < 9.95 else 0)


def _alt(c: PageContext, values: pd.DataFrame, title: str, reference: str) -> str:
    """What the map shows, as a sentence: who clearly differs, and who is not shown."""
    text = c.text["index"]
    groups = {said: of_it["locality"].map(c.words.place) for said, of_it in values.groupby("verdict")}
    found = [
        text[f"alt_{said}"].format(places=", ".join(groups[said]))
        for said in ("above", "below")
        if said in groups
    ] or [text["alt_none"]]
    if "" in groups:
        found.append(text["alt_hidden"].format(places=", ".join(groups[""])))
    return text["map_alt"].format(title=title, found=" ".join(found), reference=reference)
