"""Questions to the area figures: which indicators go with cases, how surely, and where localities stand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban import charts
from diaban.charts import Chart
from diaban.language import numbers
from diaban.study.base import StudyBase
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld

PARTS = ("between", "within")
MAIN_MODEL = "0"


class AboutConditions(StudyBase):
    """Why here: what the area figures say, and whether it holds."""

    def conditions(self, stream: str | None = None, *, part: str | None = None) -> StudyFrame | Withheld:
        """Area indicators that go with more or fewer cases: between places, and within them over time.

        rate_ratio for one standard deviation (`sd`, in the indicator's `unit`) of that part, with interval,
        p, q (Benjamini-Hochberg over the `comparisons` of a part), supported (q < 0.05), dispersion, method;
        all indicators of a stream in one model. An association of places; it says nothing of any person.
        part: "between" or "within", both by default. Example: study.conditions("robbery", part="between").
        """
        factors = self.results.area_factors
        if factors is None:
            return self._no_indicators("conditions")
        parts = [self._one_of("study_unknown_part", part, PARTS)] if part else list(PARTS)
        frame = factors[factors["stream"].isin(self._streams(stream)) & factors["part"].isin(parts)]
        frame = frame.sort_values(["stream", "part", "p"], kind="stable")
        return self._of_indicators(self._with_units(frame), "conditions")

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

    def unsupported(self, stream: str | None = None) -> StudyFrame | Withheld:
        """Indicators whose association was tested and does not survive all comparisons.

        lower and upper say how large an association these data still allow. Widest interval last. Codes too:
        `tested_factors`. Example: study.unsupported("child_abuse").query("upper < 1.25 and lower > 0.8").
        """
        frame = self.conditions(stream)
        if isinstance(frame, Withheld):
            return frame
        tested = pd.DataFrame(frame[~frame["supported"].fillna(True)])
        width = np.log(tested["upper"] / tested["lower"])
        tested = tested.assign(width=width).sort_values(["stream", "part", "width"]).drop(columns="width")
        return self._of_indicators(tested, "unsupported")

    def residuals(self, stream: str | None = None) -> StudyFrame | Withheld:
        """Whether what the models between places leave unexplained is alike in places near each other.

        moran (Moran's I) against expected, p (permutations), over `pairs` of neighbours; answer: what the
        models do about it ("none_needed", "spatial_effects", "conservative"); moran_left, p_left: what
        likeness is left after it. Example: study.residuals()[["stream", "moran", "p", "answer"]].
        """
        found = self.results.residual_autocorrelation
        if found is None:
            return self._no_indicators("residuals")
        frame = found[found["stream"].isin(self._streams(stream))].sort_values("stream")
        return self._of_indicators(frame, "residuals")

    def robustness(self, stream: str | None = None) -> StudyFrame | Withheld:
        """Whether each association between places holds when the analysis is changed; the robust ones first.

        specifications: defensible models; same_sign_share, significant_share (0..1) of them; loo_lower to
        loo_upper: range of the rate ratio without any one larger place, loo_group the one that moves it most;
        permutation_p; e_value, e_value_limit: how strong an unmeasured common cause would have to be to
        explain the ratio, and its nearer limit (VanderWeele & Ding 2017); robust, and the first `reason` that
        it is not. Example: study.robustness("child_abuse").query("robust").
        """
        found = self.results.area_robustness
        if found is None:
            return self._no_indicators("robustness")
        frame = found[found["stream"].isin(self._streams(stream))].assign(
            order=lambda t: ~t["robust"].fillna(False).astype(bool)
        )
        frame = frame.sort_values(
            ["stream", "order", "e_value"], ascending=[True, True, False], kind="stable"
        )
        return self._of_indicators(frame.drop(columns="order"), "robustness")

    def specifications(
        self, stream: str | None = None, indicator: str | None = None
    ) -> StudyFrame | Withheld:
        """The association between places under every defensible model (Simonsohn et al. 2020).

        rate_ratio with interval and p, for the standard deviation of the main model, by specification (0 is
        the main model): controls (keys joined by ";"), n_controls, lag (periods), exposure (what cases are
        divided by), pooled (which periods). Example:
        study.specifications("child_abuse", "poor_households").query("lag == 1").
        """
        found = self.results.specifications
        if found is None:
            return self._no_indicators("specifications")
        frame = found[found["stream"].isin(self._streams(stream))]
        if indicator:
            frame = frame[frame["indicator"] == self.find_indicator(indicator)]
        return self._of_indicators(frame, "specifications")

    def specification_curve(self, stream: str | None = None, indicator: str = "") -> Chart | Withheld:
        """`specifications` of one indicator in the order of their ratios, with the choices made in each.

        indicator: by key or name; the one whose association is surest for an empty text.
        Example: study.specification_curve("robbery", "income").
        """
        key = self._stream(stream).key
        if self.results.specifications is None:
            return self._no_indicators("specification_curve")
        chosen = self.find_indicator(indicator, key)
        rows = pd.DataFrame(self.specifications(key, chosen))
        return charts.specification_curve(
            rows,
            highlight=MAIN_MODEL,
            title=f"{self.labels.streams[key]}: {self.labels.indicators[chosen]}",
            **self._chart_options(),
        )

    def factor_profile(self, locality: str | None = None) -> StudyFrame | Withheld:
        """Where localities stand on every indicator, against the whole and the spread of all localities.

        value and reference in the indicator's `unit`, quartiles, minimum, maximum, z (robust), verdict
        ("worse", "better", "similar"; missing where neither end is the worse), peer (mean of the most similar
        places, where the study declares what makes them so). The newest period of each.
        Example: study.factor_profile("Lộc Ninh").query("verdict == 'worse'").
        """
        profile = self.results.factor_profile
        if profile is None:
            return self._no_indicators("factor_profile")
        peers = self.results.peers
        if peers is not None:
            profile = profile.merge(peers, on=["locality", "indicator"], how="left", validate="one_to_one")
        frame = self._shown(profile, everywhere=False)
        if locality:
            frame = profile[profile["locality"] == self.find_locality(locality)]
        frame = self._by_domain(self._with_units(frame))
        return self._of_indicators(frame, "factor_profile")

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

    # parts of the answers above

    def _of_indicators(self, frame: pd.DataFrame, question: str, **units: object) -> StudyFrame:
        return self._frame(frame, question, tables=["indicators"], units=units)

    def _with_units(self, frame: pd.DataFrame) -> pd.DataFrame:
        units = {i.key: i.unit[self.language] for i in self.spec.indicators}
        domains = {i.key: i.domain for i in self.spec.indicators}
        unit, domain = (frame["indicator"].map(known).astype("str") for known in (units, domains))
        return frame.assign(unit=unit, domain=domain)

    def _by_domain(self, frame: pd.DataFrame) -> pd.DataFrame:
        place = {d.key: n for n, d in enumerate(self.spec.domains)}
        keys = frame["domain"].map(place)
        return frame.assign(place=keys).sort_values(["locality", "place", "indicator"]).drop(columns="place")

    def _change(self, share: float) -> str:
        """A relative change with its sign: +56%, -2.4%, 0%."""
        written = numbers.percent(share, self.language, decimals=1 if abs(share) < 0.1 else 0)
        return f"+{written}" if share > 0 else written
