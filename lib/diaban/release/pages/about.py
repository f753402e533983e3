"""The sections on data and methods: what the page rests on, and how it was made."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from diaban.language import numbers
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render, table
from diaban.results.case_side import OF_CASES


def data(c: PageContext) -> Fragment:
    text, sources, cells = c.text["data"], c.cube["sources"], c.cube["cells"].iloc[0]
    rounded = not c.internal and bool(sources["table"].isin(OF_CASES).any())
    answer = text["answer_about" if rounded else "answer"].format(
        rows=c.number(sources["rows"].sum()),
        kept=c.number(sources["kept"].sum()),
        quarantined=c.number(sources["quarantined"].sum()),
    )
    threshold = c.spec.disclosure
    notes = [
        text["cutoff"].format(date=numbers.day(c.spec.periods.cutoff, c.language), calendar=_calendar(c)),
        text["threshold"].format(
            least=c.number(threshold.threshold),
            hidden=c.number(cells["hidden"]),
            cells=c.number(cells["cells"]),
        ),
    ]
    if "reconciliation" in c.cube.frames and not c.internal:
        notes.append(text["of_victims"].format(least=c.number(threshold.of_victims)))
    told_above = c.card_on == "" and "findings_history" in c.cube.frames
    if c.cube.facts["closed_by"] and not told_above:
        before = c.cube["editions"].iloc[0]
        label, day = before[f"label_{c.language}"], c.day(pd.Timestamp(before["cutoff"]))
        notes.append(c.text["since"]["kept"].format(edition=label, cutoff=day))
    if c.cube.facts["released_until"]:
        day = c.day(pd.Timestamp(c.cube.facts["released_until"]))
        notes.append(c.text["since"]["kept_released"].format(cutoff=day))
    if c.has_files:
        notes.append(text["coding"])
    notes.append(text["not_yet"])
    if threshold.reason is not None:
        notes.append(text["weaker"].format(reason=threshold.reason[c.language]))
    notes.append(f"{text['licences']}: {c.listing(list(c.spec.study.licences))}.")
    columns = [Column(text["source"])] + [Column(text[key], True) for key in ("rows", "kept", "quarantined")]
    cited = sources[f"citation_{c.language}"]
    named = sources.assign(citation=cited.where(cited != "", text["reference"]))
    sums = named.groupby("citation", sort=False)[["rows", "kept", "quarantined"]].sum(min_count=1)
    told = sums.map(lambda n: text["not_told"] if pd.isna(n) else c.number(n))
    rows = [[r.Index, r.rows, r.kept, r.quarantined] for r in told.itertuples()]
    if rounded:
        notes.append(text["rounded"])
    head = c.section(text["heading"], anchor="data", answers=[answer], notes=notes)
    return head + render("more", title=text["table"], inside=table(columns, rows), printed=True, text=c.text)


def _calendar(c: PageContext) -> str:
    first, last = (pd.Timestamp(c.cube.facts[key]) for key in ("first_day", "last_day"))
    return f"{numbers.day(first, c.language)} – {numbers.day(last, c.language)}"


def methods(c: PageContext) -> Fragment:
    """Where the rules are; the terms of a page are explained at its end."""
    text = c.text["methods"]
    link = render("link", text=c.text["methods_page"]["link"], href="methods.html")
    paper = Fragment(str(Markup('<p class="paper">{}</p>').format(c.text["trace"]["on_screen"])))
    return c.section(text["heading"], anchor="methods", answers=[text["intro"]]) + link + paper


def only_here(c: PageContext, texts: dict[str, str]) -> dict[str, str]:
    """Those methods or terms that the study has a use for."""
    frames = c.cube.frames
    return {key: text for key, text in texts.items() if (need := _NEEDS.get(key)) is None or need in frames}


_NEEDS = {
    "files": "case_factors_whole",
    "profile": "factor_profile",
    "target_count": "targets",
    "target_evidence": "targets",
    "target_visible": "targets",
    "target_shares": "share_targets",
    "met": "targets",
    "evidence": "targets",
    "outlook": "mid_year",
    "late": "late_reports",
    "reading": "reading",
    "control": "control_charts",
    "alerts": "alerts",
    "campaigns": "campaign_effects",
    "handling": "handling",
    "groups": "relative_rates",
    "themes": "theme_counts",
    "units": "reconciliation",
    "editions": "findings_log",
    "edition": "findings_log",
    "excess": "excess_decomposition",
    "measures": "measure_priorities",
}
