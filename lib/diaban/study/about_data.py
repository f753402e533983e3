"""Questions about the data: what came in, what is missing, how sure the coding is, what counts can bear."""

from __future__ import annotations

import pandas as pd

from diaban.analysis.case_factors import NOT_ESTABLISHED
from diaban.analysis.composition import composition
from diaban.charts import Chart, dot_interval
from diaban.intake.quarantine import explain
from diaban.study.base import StudyBase
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld

POLICE = "police_proactive"


class AboutData(StudyBase):
    """What the data are and what they can bear."""

    def card(self) -> StudyFrame:
        """Data card: one row a source file, with the rows read, set aside, quarantined and kept.

        Columns of `intake.card.DataCard.sources`, in rows. Example: study.card()[["file", "rows", "kept"]].
        """
        return self._frame(self._intake.card.sources, "card", units={})

    def quarantined(self) -> StudyFrame:
        """Rows that were refused: table, file, sheet, row, column, value, and `why` in words.

        Empty where every row was accepted. Example: study.quarantined()["why"].
        """
        refused = self._intake.quarantine
        why = explain(refused, self.language)
        return self._frame(refused.drop(columns="reason").assign(why=why), "quarantined", units={})

    def missing(self, *, by_locality: bool = False) -> StudyFrame:
        """Fields with gaps, the emptiest first: table, field, rows, missing, share (0..1).

        by_locality: the same for each locality of report. A gap may be meant (an abuse form exists
        on files of abuse only). Example: study.missing(by_locality=True).query("field == 'care_status'").
        """
        card = self._intake.card
        frame = card.missing_by_locality if by_locality else card.missing
        frame = frame[frame["missing"] > 0].sort_values("share", ascending=False, kind="stable")
        return self._frame(frame, "missing", units={})

    def coding(self, stream: str | None = None) -> StudyFrame | Withheld:
        """Coding completeness: files on which a cause or condition was established, by locality and stream.

        n (files with one), total (files), share with Wilson's interval, not_established (files coded so and
        no more), uncoded (files without any code). Example: study.coding("child_abuse").
        """
        files = self.results.coded_files
        codes = self._intake.tables.cause_codes
        if files is None or codes is None:
            return self._no_files("coding")
        files = files[files["stream"].isin(self._streams(stream))]
        state = _coding_state(files["case_key"], codes[codes["round"] == 1])
        states = ["established", "not_established", "uncoded"]
        shares = composition(files.assign(state=state), ["state"], ["stream", "locality"])
        wide = shares.pivot(index=["stream", "locality"], columns="state", values="n")
        wide = wide.reindex(columns=states, fill_value=0)[states[1:]].reset_index()
        frame = shares[shares["state"] == states[0]].drop(columns=["state", "unknown"])
        frame = frame.merge(wide, on=["stream", "locality"], how="left").sort_values(
            "share", ignore_index=True
        )
        return self._frame(frame, "coding", tables=["cause_codes"], units={"periods": self._file_span()})

    def agreement(self) -> StudyFrame | Withheld:
        """Coder agreement on files coded twice, by code and by domain (`unit`), the least agreed first.

        agreement (0..1), Cohen's kappa and Krippendorff's alpha with their intervals, agreed (alpha of .667
        or more), withheld. A code that hardly any file carries is not judged.
        Example: study.agreement().query("alpha < 0.667").
        """
        agreed = self.results.coder_agreement
        if agreed is None:
            return self._no_files("agreement")
        frame = agreed.sort_values(["unit", "kappa"], kind="stable")
        return self._frame(frame, "agreement", tables=["cause_codes"], units={})

    def agreement_chart(self) -> Chart | Withheld:
        """Cohen's kappa of every code with its interval, the least agreed first.

        Example: study.agreement_chart().save("kappa.svg").
        """
        frame = self.agreement()
        if isinstance(frame, Withheld):
            return frame
        rows = pd.DataFrame(frame[frame["unit"] == "code"].dropna(subset=["kappa"])).assign(
            note=lambda t: (t["both"] + t["first_only"] + t["second_only"]).astype("str")
        )
        return dot_interval(
            rows,
            label="code",
            value="kappa",
            lower="kappa_lower",
            upper="kappa_upper",
            kind="number",
            title=text("agreement", self.language),
            caption=text("agreement_caption", self.language),
            **self._chart_options(),
        )

    def detection(
        self, stream: str | None = None, *, by: str = "period", source: str = POLICE
    ) -> StudyFrame | Withheld:
        """Recording: the share of cases that came to light through `source`, by period or by locality.

        by: "period", or "locality" (of report, for the baseline and the report block). source: a value of
        `cases.detected_by`, by default found by the police themselves. n, total, share (0..1) with Wilson's
        interval. A share that rises says that recording changed. Example: study.detection(by="locality").
        """
        tables = self._intake.tables
        if tables.cases is None or tables.case_streams is None or "detected_by" not in tables.cases:
            return Withheld("detection", "no_table", "bring_table", {"table": "cases"})
        rows = tables.case_streams[tables.case_streams["stream"].isin(self._streams(stream))]
        rows = rows.merge(tables.cases[["case_key", "locality", "period", "detected_by"]], on="case_key")
        rows = rows[rows["period"].isin(self.results.periods)]
        within = ["stream", "period"]
        if by == "locality":
            blocks = rows["period"].map(self.spec.block_of())
            rows = rows.assign(locality=rows["locality"].map(self.results.report_of), period=blocks)
            rows = rows[rows["period"].isin([self.baseline, self.period])]
            within = ["stream", "locality", "period"]
        frame = composition(rows.rename(columns={"detected_by": "source"}), ["source"], within)
        return self._frame(frame[frame["source"] == source], "detection", tables=["cases"], units={})

    def clearance(self, stream: str | None = None) -> StudyFrame | Withheld:
        """Share of recorded cases that were cleared up, by period: cases, cleared, share (0..1).

        A share that moves while crime does not is a change in recording. Example: study.clearance("robbery").
        """
        counts = self._intake.tables.counts
        if "cleared" not in counts or counts["cleared"].isna().all():
            return Withheld("clearance", "no_column", "bring_column", {"column": "counts.cleared"})
        rows = counts[counts["stream"].isin(self._streams(stream))].dropna(subset=["cases", "cleared"])
        sums = rows.groupby(["stream", "period"], as_index=False)[["cases", "cleared"]].sum()
        frame = sums.assign(share=sums["cleared"] / sums["cases"].where(sums["cases"] > 0))
        return self._frame(frame, "clearance", tables=["counts"], units={})

    def pooling(self, stream: str | None = None) -> StudyFrame:
        """Pooling ladder: over how many periods cases must be added up before every locality can be read.

        rung: "period", "block" or "all" (missing: not even all together), smallest (the locality's smallest
        count there), narrower_smallest (the count that ruled out the rung before). The minimum is the study's
        `model.minimum_cases`. Example: study.pooling().groupby("stream")["rung"].first().
        """
        frame = self.results.pooling
        frame = self._shown(frame[frame["stream"].isin(self._streams(stream))], everywhere=False)
        frame = frame.drop(columns="reason").sort_values(["stream", "smallest"], kind="stable")
        return self._frame(frame, "pooling", tables=self._counted(), units={})

    def detectability(self, stream: str | None = None) -> StudyFrame | Withheld:
        """What a count can tell about the declared targets, by locality.

        mean_per_year (cases), change (the target, -0.03 is 3 % fewer), chance_by_luck (of meeting it with
        nothing changed), chance_if_true (if the risk changed by just that), largest_detectable_count (next
        year's count that would be a significant fall, two-sided E-test; missing: none would).
        Example: study.detectability("child_abuse").sort_values("mean_per_year").
        """
        if not self.spec.targets:
            return Withheld("detectability", "no_targets", "declare_target")
        frame = self.results.detectability
        frame = self._shown(frame[frame["stream"].isin(self._streams(stream))], everywhere=False)
        return self._frame(frame, "detectability", tables=self._counted(), units={})


def _coding_state(case_keys: pd.Series, first: pd.DataFrame) -> pd.Series:
    """Of each file: established, not_established (that code only), or uncoded."""
    established = first.loc[first["code"] != NOT_ESTABLISHED, "case_key"]
    state = pd.Series("uncoded", index=case_keys.index, dtype="str")
    state = state.mask(case_keys.isin(first["case_key"]), "not_established")
    return state.mask(case_keys.isin(established), "established")
