"""Questions about causes and conditions: on case files, in area figures, and together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban import charts
from diaban.analysis.case_factors import NOT_ESTABLISHED, UNCODED
from diaban.analysis.intervals import share_interval
from diaban.charts import Chart
from diaban.errors import DiabanError
from diaban.language import numbers
from diaban.study.about_places import AboutPlaces
from diaban.study.both_sides import factors_table
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld

MOST_ROWS = 15
PARTS = ("between", "within")


class AboutCauses(AboutPlaces):
    """Why here: what the files say, what the area figures say, and what both support."""

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
        frame = factors if locality else _whole_shares(factors)
        frame = frame[~frame["code"].isin([NOT_ESTABLISHED, UNCODED])]
        frame = frame.sort_values(["stream", "n_coded"], ascending=[True, False], kind="stable")
        frame = self._with_kind(frame)
        question = "causes_here" if locality else "causes"
        return self._frame(frame, question, tables=["cause_codes"], units={"periods": self._file_span()})

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
        place = self.labels.places[self.find_locality(locality)] if locality else text("whole", self.language)
        return charts.dot_interval(
            rows,
            label="code",
            value="share",
            title=f"{self.labels.streams[key]}: {place}",
            caption=text("causes_caption", self.language),
            **self._chart_options(),
        )

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
        frame = frame[more & chosen].sort_values("p", kind="stable")
        units = {"comparisons": self._count(factors["comparisons"].max() if len(factors) else 0)}
        return self._frame(self._with_kind(frame), "overrepresented", tables=["cause_codes"], units=units)

    def conditions(self, stream: str | None = None, *, part: str | None = None) -> StudyFrame | Withheld:
        """Area indicators that go with more or fewer cases: between places, and within them over time.

        rate_ratio for one standard deviation (`sd`, in the indicator's `unit`) of that part, with interval,
        p, q (Benjamini-Hochberg over the `comparisons` of a part), supported (q < 0.05), dispersion, method;
        all indicators of a stream in one model. An association of places; it says nothing of any person.
        part: "between" or "within", both by default. Example: study.conditions("robbery", part="between").
        """
        factors = self.results.area_factors
        if factors is None:
            return Withheld("conditions", "no_indicators", "bring_table", {"table": "indicators"})
        parts = [self._part(part)] if part else list(PARTS)
        frame = factors[factors["stream"].isin(self._streams(stream)) & factors["part"].isin(parts)]
        frame = frame.sort_values(["stream", "part", "p"], kind="stable")
        return self._frame(self._with_units(frame), "conditions", tables=["indicators"], units={})

    def conditions_chart(self, stream: str | None = None, *, part: str = "between") -> Chart | Withheld:
        """More or fewer cases (rate ratio - 1) for one standard deviation of each indicator, with intervals.

        What stays clear after all comparisons stands out. Example: study.conditions_chart(part="within").
        """
        key = self._stream(stream).key
        frame = self.conditions(key, part=part)
        if isinstance(frame, Withheld):
            return frame
        rows = pd.DataFrame(frame).assign(emphasis=frame["supported"].fillna(False))
        rows[["rate_ratio", "lower", "upper"]] -= 1
        rows = rows.assign(note=[self._change(value) for value in rows["rate_ratio"]])
        return charts.dot_interval(
            rows.sort_values("rate_ratio", ascending=False),
            label="indicator",
            value="rate_ratio",
            number=False,
            reference=0.0,
            reference_label=text("no_association", self.language),
            title=text(f"conditions_{part}", self.language, stream=self.labels.streams[key]),
            caption=text("conditions_caption", self.language),
            **self._chart_options(),
        )

    def factor_profile(self, locality: str | None = None) -> StudyFrame | Withheld:
        """Where localities stand on every indicator, against the whole and the spread of all localities.

        value and reference in the indicator's `unit`, quartiles, minimum, maximum, z (robust), verdict
        ("worse", "better", "similar"; missing where neither end is the worse). The newest period of each.
        Example: study.factor_profile("Lộc Ninh").query("verdict == 'worse'").
        """
        profile = self.results.factor_profile
        if profile is None:
            return Withheld("factor_profile", "no_indicators", "bring_table", {"table": "indicators"})
        frame = self._shown(profile, everywhere=False)
        if locality:
            frame = profile[profile["locality"] == self.find_locality(locality)]
        frame = self._by_domain(self._with_units(frame))
        return self._frame(frame, "factor_profile", tables=["indicators"], units={})

    def spine(self, locality: str) -> Chart | Withheld:
        """Spine chart of `factor_profile`: one row an indicator, worse to the right, the middle half shaded.

        Example: study.spine("bu dang").
        """
        frame = self.factor_profile(locality)
        if isinstance(frame, Withheld):
            return frame
        indicators = self.spec.indicators
        return charts.spine(
            pd.DataFrame(frame).drop(columns="label"),
            domains={i.key: i.domain for i in indicators},
            higher_is={i.key: i.higher_is for i in indicators},
            kinds={i.key: "percent" if i.unit["en"].startswith("%") else "number" for i in indicators},
            title=self.labels.places[self.find_locality(locality)],
            **self._chart_options(),
        )

    def factors(self, stream: str | None = None) -> StudyFrame | Withheld:
        """Every factor of the catalogue with what each side says, those that both support first.

        Case side: n_coded of n_files, share, over_in (localities where it is over-represented). Area side:
        between_ratio, between_q, within_ratio, within_q for its indicator, direction ("as_expected":
        more cases at the end that the study calls worse; "opposite"). support: "both", "case_side",
        "area_side", "neither", of what was measured (`measured_by`). Example: study.factors("child_abuse").
        """
        if not self.spec.factors:
            return Withheld("factors", "no_factors", "declare_factors")
        names = {code: name.split(" (")[0] for code, name in self.labels.places.items()}
        frame = factors_table(
            self.spec.factors, self._streams(stream), self.results.case_factors, self.results.area_factors,
            higher_is={i.key: i.higher_is for i in self.spec.indicators}, places=names,
        )  # fmt: skip
        labels = {f.key: f.label[self.language] for f in self.spec.factors}
        frame.insert(1, "label", frame["factor"].map(labels).astype("str"))
        return self._frame(frame, "factors", tables=["cause_codes", "indicators"], units={})

    def unsupported(self, stream: str | None = None) -> StudyFrame | Withheld:
        """What was tested and not found: indicators whose association does not survive all comparisons.

        lower and upper say how large an association these data still allow. Widest interval last.
        Example: study.unsupported("child_abuse").query("upper < 1.25 and lower > 0.8").
        """
        frame = self.conditions(stream)
        if isinstance(frame, Withheld):
            return frame
        tested = pd.DataFrame(frame[~frame["supported"].fillna(True)])
        width = np.log(tested["upper"] / tested["lower"])
        tested = tested.assign(width=width).sort_values(["stream", "part", "width"]).drop(columns="width")
        return self._frame(tested, "unsupported", tables=["indicators"], units={})

    # parts of the answers above

    def _with_kind(self, frame: pd.DataFrame) -> pd.DataFrame:
        book = self._intake.tables.code_book
        if book is None:
            return frame
        book = book.set_index("code")
        return frame.assign(kind=frame["code"].map(book["kind"]), domain=frame["code"].map(book["domain"]))

    def _with_units(self, frame: pd.DataFrame) -> pd.DataFrame:
        units = {i.key: i.unit[self.language] for i in self.spec.indicators}
        domains = {i.key: i.domain for i in self.spec.indicators}
        unit, domain = (frame["indicator"].map(known).astype("str") for known in (units, domains))
        return frame.assign(unit=unit, domain=domain)

    def _by_domain(self, frame: pd.DataFrame) -> pd.DataFrame:
        place = {d.key: n for n, d in enumerate(self.spec.domains)}
        keys = frame["domain"].map(place)
        return frame.assign(place=keys).sort_values(["locality", "place", "indicator"]).drop(columns="place")

    def _part(self, part: str) -> str:
        if part not in PARTS:
            raise DiabanError("study_unknown_part", name=part, known=", ".join(PARTS))
        return part

    def _change(self, share: float) -> str:
        """A relative change with its sign: +56%, -2.4%, 0%."""
        written = numbers.percent(share, self.language, decimals=1 if abs(share) < 0.1 else 0)
        return f"+{written}" if share > 0 else written

    def _count(self, value: float) -> str:
        return numbers.number(value, self.language)


def _whole_shares(factors: pd.DataFrame) -> pd.DataFrame:
    """Files with each code in all localities together."""
    sums = factors.groupby(["stream", "code"], as_index=False, sort=False)[["n_coded", "n_files"]].sum()
    lower, upper = share_interval(sums["n_coded"], sums["n_files"])
    share = sums["n_coded"] / sums["n_files"].where(sums["n_files"] > 0)
    return sums.assign(share=share, lower=lower, upper=upper)
