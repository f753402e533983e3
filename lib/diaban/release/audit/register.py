"""What every frame, column and fact of the cube tells. What does not stand here stops a release."""

from __future__ import annotations

import pandas as pd

from diaban.release.audit.columns import Frame, Statement, known
from diaban.release.audit.frames_counts import COUNTS
from diaban.release.audit.frames_files import FILES
from diaban.release.audit.frames_plan import PLAN
from diaban.release.audit.frames_time import TIME
from diaban.release.tables.rows import rows_cell, step_of
from diaban.results.case_side import OF_CASES

_LABELS = ("label_vi", "label_en")


def _rows_told(sources: pd.DataFrame, _: int) -> list[Statement]:
    """Rows of tables of cases lie within their ten or hundred; what is no such step is an exact number."""
    found = []
    for r in sources[sources["table"].isin(OF_CASES) & sources["kept"].notna()].itertuples():
        half, exact = step_of(r.table) / 2, r.kept % step_of(r.table) > 0
        low, high = (r.kept, r.kept) if exact else (r.kept - half, r.kept + half - 1)
        found.append(Statement({rows_cell(r.table): 1.0}, low, high, f"sources[{r.table}].kept"))
    return found


_CLAIMS = ("claim_vi", "claim_en", "estimate", "strength")

PUBLIC = {
    "localities": Frame(
        ("locality",), known("name", "type", "level", "parent", "latitude", "longitude", "reported")
    ),
    "neighbours": Frame(("a", "b"), known("border_km")),
    "boundaries": Frame(("locality",), known("geometry")),
    "boundary_changes": Frame(("locality",), known("on")),
    "statistical_neighbours": Frame(("locality", "neighbour"), known("rank", "distance", "withheld")),
    "factor_profile": Frame(
        ("locality", "indicator", "period"),
        known("value", "reference", "quartile_low", "quartile_high", "minimum", "maximum", "z", "verdict")
        | known("peer"),
    ),
    "code_book": Frame(
        ("code",),
        known("kind", "domain", "acts_vi", "acts_en", "definition_vi", "definition_en", "includes_vi")
        | known("includes_en", "excludes_vi", "excludes_en", "moment", "version", *_LABELS),
    ),
    "measures": Frame(
        ("measure",),
        known("codes", "lead_vi", "lead_en", "support_vi", "support_en", "indicator_vi", "indicator_en")
        | known("inspire", "cost", "evidence", "evidence_vi", "evidence_en", "tested_in_country")
        | known("tested_vi", "tested_en", "source", *_LABELS),
    ),
    "sources": Frame(
        ("table",),
        known("rows", "kept", "quarantined", "citation_vi", "citation_en", "licence"),
        statements=_rows_told,
    ),
    "editions": Frame(("edition",), known("cutoff", "kind", *_LABELS)),
    "edition_rules": Frame(("part",), known("changed")),
    "findings_log": Frame(("key", "edition"), known("locality", "statement", "stream", "factors", *_CLAIMS)),
    "findings_history": Frame(
        ("key", "edition"),
        known("earlier", "first", "since", "locality", "family", "statement", "stream", "subject", "status")
        | known("earlier_strength", "earlier_estimate", "again", *_CLAIMS),
    ),
}
"""Public facts, words, and sentences. The numbers of sentences are looked up among those that are audited."""

REGISTER: dict[str, Frame] = {**COUNTS, **FILES, **PLAN, **TIME, **PUBLIC}

FACTS = frozenset(
    {
        "periods", "first_day", "last_day", "file_periods", "threshold", "report_end", "edition", "internal",
        "closed_by", "released_until",
    }
)  # fmt: skip
"""Facts of a cube: periods, days, and the rules themselves."""
