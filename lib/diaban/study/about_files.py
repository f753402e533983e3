"""Questions to the case files: which causes and conditions are coded, where, for whom, and how surely."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.analysis.case_factors import NOT_ESTABLISHED, UNCODED
from diaban.analysis.exposure import WHOLE
from diaban.analysis.intervals import share_interval
from diaban.charts import Chart
from diaban.study.base import StudyBase
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld

MOST_ROWS = 15
UNITS = ("code", "kind", "domain")
GROUPS = ("kind", "domain")
KEYS = ("locality", "stream", "period", "age_band")


class AboutFiles(StudyBase):
    """Why here: what the case files say."""

    def causes(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """Causes and conditions coded on case files, most frequent first: the whole, or one locality.

        n_coded of n_files (files with an established code, first coder), share (0..1) with Wilson's interval;
        a file carries many codes, shares do not add up to 1. With a locality: rest_share (the other
        localities), ratio with interval, p (exact, one-sided mid-p), q (Benjamini-Hochberg over all
        `comparisons`), over. Example: study.causes("child_abuse", "Bù Đăng").query("over").
        """
        factors = self.results.case_factors
        if factors is None:
            return self._no_files("causes")
        factors = factors[factors["stream"].isin(self._streams(stream))]
        if locality:
            factors = factors[factors["locality"] == self.find_locality(locality)]
        frame = factors if locality else _whole_shares(factors, ["stream", "code"])
        frame = frame[~frame["code"].isin([NOT_ESTABLISHED, UNCODED])]
        frame = frame.sort_values(["stream", "n_coded"], ascending=[True, False], kind="stable")
        return self._of_files(self._with_kind(frame), "causes_here" if locality else "causes")

    def causes_chart(
        self, stream: str | None = None, locality: str | None = None, *, kind: str | None = None
    ) -> Chart | Withheld:
        """The 15 codes recorded most often, with intervals: of the whole, or of one locality.

        kind: "cause" or "condition"; both by default. Codes over-represented in the locality stand out.
        Example: study.causes_chart("child_abuse", kind="condition").
        """
        key = self._stream(stream).key
        frame = self.causes(key, locality)
        if isinstance(frame, Withheld):
            return frame
        rows = pd.DataFrame(frame[frame["kind"] == kind] if kind else frame).head(MOST_ROWS)
        notes = [
            f"{self._count(n)} / {self._count(m)}"
            for n, m in zip(rows["n_coded"], rows["n_files"], strict=True)
        ]
        rows = rows.assign(note=notes, emphasis=rows["over"].fillna(False) if "over" in rows else False)
        return charts.dot_interval(
            rows,
            label="code",
            value="share",
            title=self._place_title(key, locality),
            caption=text("causes_caption", self.language),
            **self._chart_options(),
        )

    def cause_groups(
        self, stream: str | None = None, locality: str | None = None, *, unit: str = "domain"
    ) -> StudyFrame | Withheld:
        """Files with at least one code of a domain (or kind): the whole, or one locality against the rest.

        unit: "domain" or "kind". Columns as in `causes`, with `group` for the code; q is over the comparisons
        of groups alone. Example: study.cause_groups("child_abuse", "Bù Đăng", unit="kind").
        """
        groups = self.results.case_groups
        unit = self._one_of("study_unknown_unit", unit, GROUPS)
        if groups is None:
            return self._no_files("cause_groups")
        groups = groups[groups["stream"].isin(self._streams(stream)) & (groups["unit"] == unit)]
        if locality:
            groups = groups[groups["locality"] == self.find_locality(locality)]
        frame = groups if locality else _whole_shares(groups, ["stream", "unit", "group"])
        frame = frame.sort_values(["stream", "n_coded"], ascending=[True, False], kind="stable")
        frame = frame.assign(label=frame["group"].map(self._group_labels()).astype("str"))
        return self._of_files(frame, "cause_groups")

    def causes_by(self, *by: str, stream: str | None = None, unit: str = "code") -> StudyFrame | Withheld:
        """Shares of coded files in any groups: by "locality", "period", "age_band", or several of them.

        unit: "code", "kind" or "domain". n_coded of n_files, share (0..1) with Wilson's interval; of codes
        also the files on which nothing is established, out of all. age_band: of the victims, or of the
        suspects where the stream is about them; a file with two ages counts in both. Nothing is compared
        here. Example: study.causes_by("age_band", stream="child_abuse", unit="kind").
        """
        unit = self._one_of("study_unknown_unit", unit, UNITS)
        by = tuple(self._one_of("study_unknown_key", key, KEYS) for key in by)
        if self.results.codes is None:
            return self._no_files("causes_by")
        keys = tuple(dict.fromkeys(("stream", *by)))
        shares = self.results.case_shares(*keys, unit=unit)
        if shares is None:
            return Withheld("causes_by", "no_column", "bring_column", {"column": "persons.age_band"})
        frame = self._in_order_of_age(shares[shares["stream"].isin(self._streams(stream))], keys)
        if unit != "code":
            labels = frame[unit].map(self._group_labels()).astype("str")
            frame.insert(int(frame.columns.get_loc(unit)) + 1, "label", labels)
        return self._of_files(frame, "causes_by")

    def overrepresented(self, stream: str | None = None, *, hints: bool = False) -> StudyFrame | Withheld:
        """Code and locality pairs that files carry more often than in the rest, surest first.

        Those with q < 0.05 over all `comparisons`; hints: also those with p < 0.05 only, of which many are
        chance. Columns as in `causes`. Example: study.overrepresented(hints=True)[["name", "label", "q"]].
        """
        factors = self.results.case_factors
        if factors is None:
            return self._no_files("overrepresented")
        known = ~factors["code"].isin([NOT_ESTABLISHED, UNCODED])
        frame = factors[known & factors["stream"].isin(self._streams(stream))]
        more = frame["share"] > frame["rest_share"]
        chosen = (frame["p"] < 0.05) if hints else frame["over"].fillna(False).astype(bool)
        frame = self._with_kind(frame[more & chosen].sort_values("p", kind="stable"))
        comparisons = self._count(factors["comparisons"].max() if len(factors) else 0)
        return self._frame(
            frame, "overrepresented", tables=["cause_codes"], units={"comparisons": comparisons}
        )

    def coding_sensitivity(
        self, stream: str | None = None, locality: str | None = None
    ) -> StudyFrame | Withheld:
        """How far files without an established code could move the ranking: of the whole, or one locality.

        share_lower, share_upper (0..1): bounds if the `unknown_files` were anything at all (Manski 1989), no
        interval of chance; rank_lower, rank_upper: the best and worst rank among codes of the same kind;
        could_lead: it could be the most frequent. Example:
        study.coding_sensitivity("child_abuse").query("could_lead").
        """
        bounds = self.results.coding_sensitivity
        if bounds is None:
            return self._no_files("coding_sensitivity")
        frame = self._with_kind(self._at(bounds, stream, locality))
        order = ["stream", "kind", "n_coded"]
        frame = frame.sort_values(order, ascending=[True, True, False], kind="stable")
        return self._of_files(frame, "coding_sensitivity")

    def corrected_shares(self, stream: str | None = None) -> StudyFrame | Withheld:
        """Shares of codes in the whole, corrected for errors of the coders where two of them allow it.

        observed_share and corrected_share (0..1) with its interval, sensitivity and specificity of a coder
        (Hui & Walter 1980, from n_double files coded twice). Mostly withheld: it takes about 450 such files.
        Example: study.corrected_shares()["withheld"].value_counts().
        """
        corrected = self.results.misclassification
        if corrected is None:
            return self._no_files("corrected_shares")
        frame = corrected[corrected["stream"].isin(self._streams(stream))]
        frame = frame.sort_values(["stream", "observed_share"], ascending=[True, False], kind="stable")
        return self._of_files(frame, "corrected_shares")

    # parts of the answers above

    def _of_files(self, frame: pd.DataFrame, question: str) -> StudyFrame:
        return self._frame(frame, question, tables=["cause_codes"], units={"periods": self._file_span()})

    def _at(self, frame: pd.DataFrame, stream: str | None, locality: str | None) -> pd.DataFrame:
        """Rows of one locality, or of the whole without the column that says so."""
        frame = frame[frame["stream"].isin(self._streams(stream))]
        if locality:
            return frame[frame["locality"] == self.find_locality(locality)]
        return frame[frame["locality"] == WHOLE].drop(columns="locality")

    def _in_order_of_age(self, frame: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
        """Rows by `keys`, age bands from young to old as the study declares them."""
        bands = list(dict.fromkeys(b for p in self.spec.populations.values() for b in p.age_bands))
        place = {band: n for n, band in enumerate(bands)}
        return frame.sort_values(
            list(keys), key=lambda t: t.map(place) if t.name == "age_band" else t, kind="stable"
        )

    def _with_kind(self, frame: pd.DataFrame) -> pd.DataFrame:
        book = self._intake.tables.code_book
        if book is None:
            return frame
        book = book.set_index("code")
        return frame.assign(kind=frame["code"].map(book["kind"]), domain=frame["code"].map(book["domain"]))

    def _group_labels(self) -> dict[str, str]:
        return self.labels.domains | self.labels.kinds


def _whole_shares(factors: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Files with each code or group in all localities together."""
    sums = factors.groupby(keys, as_index=False, sort=False)[["n_coded", "n_files"]].sum()
    lower, upper = share_interval(sums["n_coded"], sums["n_files"])
    share = sums["n_coded"] / sums["n_files"].where(sums["n_files"] > 0)
    return sums.assign(share=share, lower=lower, upper=upper)
