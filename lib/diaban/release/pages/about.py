"""The sections on data and methods: what the page rests on, and how it was made."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from diaban.language import numbers
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render, table
from diaban.results.case_side import OF_CASES

ROUGHLY = 100
"""To this a sum of rows is told of which some are rounded."""


def data(c: PageContext) -> Fragment:
    text, sources, cells = c.text["data"], c.cube["sources"], c.cube["cells"].iloc[0]
    rounded = not c.internal and bool(sources["table"].isin(OF_CASES).any())
    answer = _rows(c, rounded=rounded)
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


def _rows(c: PageContext, *, rounded: bool) -> str:
    """How many rows were read and used; where some are rounded, no sum is finer than these."""
    text = c.text["data"]
    read, kept, faulty = (c.cube["sources"][name].sum() for name in ("rows", "kept", "quarantined"))
    if rounded:
        read, kept = (round(n / ROUGHLY) * ROUGHLY for n in (read, kept))
        name = "answer_about" if faulty else "answer_about_all"
    else:
        name = "answer_rest" if read > kept + faulty else "answer"
    return text[name].format(rows=c.number(read), kept=c.number(kept), quarantined=c.number(faulty))


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
    """Those methods, terms, rules or ways of reading that the study has a use for."""
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
    # the written rule
    "both_sides": "case_factors_whole",
    "both_sides_unchecked": "case_factors_whole",
    "case_side_only": "case_factors_whole",
    "coders_disagree": "case_factors_whole",
    "before_fdr_only": "case_factors_whole",
    # what the methods can see
    "coding": "case_factors_whole",
    "words": "targets",
    "month": "control_charts",
    "campaign": "campaign_effects",
    # who reads what, in which order
    "follow": "findings_log",
    "review": "findings_log",
}
