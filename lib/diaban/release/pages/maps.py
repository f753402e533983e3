"""The maps of the index: colour only where a locality clearly differs from the whole."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.release.pages.against_whole import against_whole
from diaban.release.pages.context import PageContext


def verdict(row: pd.Series) -> str:
    """Whether a row of rates clearly differs from the whole: above, below or similar; "" if not shown."""
    if pd.isna(row["shrunk_rate"]):
        return ""
    stands = against_whole(row)
    return "similar" if stands == "close" else stands


def rate_map(c: PageContext, stream: str, values: pd.DataFrame) -> str:
    """How all localities stand to the whole, as a figure; a schematic where there are no boundaries.

    Its three looks are those of `verdict`: no class has a limit that was drawn to the data.
    values: `rates_of_reported` of the stream.
    """
    declared = c.spec.stream(stream)
    reference = c.rate(values["reference_rate"].max())
    title = c.text["index"]["map_title"].format(stream=declared.label[c.language])
    caption = c.text["index"]["map_caption" if numbers_on_map(c) else "map_caption_without"]
    options = c.chart_options(
        title=title,
        caption=caption.format(per=c.per, population=c.population(declared), reference=reference),
        alt=_alt(c, values, title, reference),
        standing="verdict",
    )
    reported = c.cube["localities"].query("reported")
    if has_boundaries(c):
        shapes = c.cube["boundaries"]
        drawn = shapes[shapes["locality"].isin(reported["locality"])]
        return charts.choropleth(drawn, values, **options)._repr_html_()
    return charts.schematic_map(reported, c.cube["neighbours"], values, **options)._repr_html_()


def has_boundaries(c: PageContext) -> bool:
    return "boundaries" in c.cube.frames


def numbers_on_map(c: PageContext) -> bool:
    """Whether the figure writes numbers: a schematic of few localities does, a map does not."""
    return not has_boundaries(c) and len(c.cube.reported) <= charts.MOST_NAMED


def rates_of_reported(c: PageContext, stream: str) -> pd.DataFrame:
    """Rates of the localities of report as their labels have them, with the verdict on each."""
    rates = c.all_of("rates", stream)
    rates = rates[rates["locality"].isin(c.cube.reported)]
    rates = rates.assign(verdict=[verdict(row) for _, row in rates.iterrows()])
    return rates.assign(shrunk_rate=rates["shrunk_rate"].map(_as_printed, na_action="ignore"))


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
