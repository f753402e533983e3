"""Questions to the case files: how causes and conditions meet, and the chain of the event."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.charts import Chart
from diaban.study.about_files import AboutFiles
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld


class AboutEvents(AboutFiles):
    """What comes together on a file, and at which moment something could have been changed."""

    def code_pairs(self, stream: str | None = None, *, supported: bool = False) -> StudyFrame | Withheld:
        """Pairs of codes on one file more (or less) often than unrelated ones would be, surest first.

        n_both, n_a, n_b of n_files; lift (times as often as by chance, within localities and files about as
        fully coded) with exact interval, p, q (over all `comparisons`), supported (q < 0.05); supported: only
        those. Of all localities together. Example: study.code_pairs("child_abuse", supported=True).
        """
        pairs = self.results.code_pairs
        if pairs is None:
            return self._no_files("code_pairs")
        frame = pairs[pairs["stream"].isin(self._streams(stream))]
        if supported:
            frame = frame[frame["supported"].fillna(False).astype(bool)]
        units = {
            "periods": self._file_span(),
            "comparisons": self._count(pairs["comparisons"].max() if len(pairs) else 0),
        }
        frame = frame.sort_values(["stream", "p"], kind="stable")
        return self._frame(frame, "code_pairs", tables=["cause_codes"], units=units)

    def pairs_chart(self, stream: str | None = None) -> Chart | Withheld:
        """Pairs of codes that stay clear after all comparisons, with their lift; says so where none does.

        Example: study.pairs_chart("u18_offending").
        """
        key = self._stream(stream).key
        frame = self.code_pairs(key)
        if isinstance(frame, Withheld):
            return frame
        return charts.pairs(pd.DataFrame(frame), title=self._place_title(key, None), **self._chart_options())

    def configurations(self, name: str | None = None) -> StudyFrame | Withheld:
        """Which combinations of codes go with the outcomes that the study asks about (crisp-set QCA).

        name: key of one of `configurations` in study.toml, all by default. words: the expression in labels;
        consistency (0..1): of files with the combination, the share with the outcome, with exact interval,
        beside base_share (of all files); coverage: of files with the outcome, the share with the combination;
        p: that the best of all combinations stands out as much by chance; holds. solution "necessary" asks
        the other way round. Example: study.configurations().query("holds").
        """
        if self.results.codes is None:
            return self._no_files("configurations")
        found = self.results.configurations
        if found is None:
            return Withheld("configurations", "no_configurations", "declare_configurations")
        labels = {c.key: c.label[self.language] for c in self.spec.configurations}
        if name:
            found = found[found["configuration"] == self._one_of("study_unknown_question", name, labels)]
        frame = found.assign(
            outcome=found["configuration"].map(labels).astype("str"),
            words=[self._combination(*row) for row in zip(found["codes"], found["present"], strict=True)],
        )
        frame = frame.astype({"words": "str"})
        return self._of_files(frame, "configurations")

    def event_chain(
        self, stream: str | None = None, locality: str | None = None, *, step: str | None = None
    ) -> StudyFrame | Withheld:
        """Files by place, hour, day, group, way of detection, access and care: the whole, or one locality.

        step: "place_type", "hour_band", "day_type", "group_size", "detected_by", "access" (how the persons
        knew each other), "guardian" (in whose care); all by default. n of n_files, share (0..1) with Wilson's
        interval; "unknown" is a category of its own. Example: study.event_chain(step="hour_band").
        """
        chain = self.results.event_chain
        if chain is None:
            return self._no_files("event_chain")
        if step:
            chain = chain[chain["step"] == self._one_of("study_unknown_step", step, chain["step"].unique())]
        frame = self._at(chain, stream, locality)
        keys = frame["step"].map({name: n for n, name in enumerate(chain["step"].unique())})
        frame = frame.assign(place=keys).sort_values(
            ["stream", "place", "n"], ascending=[True, True, False], kind="stable"
        )
        return self._frame(
            frame.drop(columns="place"), "event_chain", tables=["cases", "persons"],
            units={"periods": self._file_span()},
        )  # fmt: skip

    def event_lags(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """Days from the event to its report, and from there until it was taken up; the whole, or one place.

        median with limits that hold whatever the law of the days (order statistics), upper_quartile, of
        n_files, n_undated of them without a date. Example: study.event_lags("child_abuse", "Bù Đăng").
        """
        lags = self.results.event_lags
        if lags is None:
            return self._no_files("event_lags")
        frame = self._at(lags, stream, locality).sort_values(["stream", "lag"], kind="stable")
        return self._frame(frame, "event_lags", tables=["cases"], units={"periods": self._file_span()})

    def event_moments(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """At which moment of the event conditions are recorded most: the whole, or one locality.

        share (0..1) of coded files with at least one condition of the moment, with Wilson's interval;
        probability_first: that it is the most frequent (bootstrap over files); named: it is so surely enough
        to be called the preventable moment. It does not say that the event would have been prevented there.
        Example: study.event_moments("child_abuse").query("named").
        """
        if self.results.codes is None:
            return self._no_files("event_moments")
        moments = self.results.event_moments
        if moments is None:
            return Withheld("event_moments", "no_column", "bring_column", {"column": "code_book.moment"})
        frame = self._at(moments, stream, locality)
        order = {moment: n for n, moment in enumerate(self.labels.moments)}
        frame = frame.assign(order=frame["moment"].map(order)).sort_values(["stream", "order"], kind="stable")
        return self._of_files(frame.drop(columns="order"), "event_moments")

    def moments_chart(self, stream: str | None = None, locality: str | None = None) -> Chart | Withheld:
        """`event_moments` as a chain in the order of time; the preventable moment stands out.

        Example: study.moments_chart("child_abuse", "bu dang").
        """
        key = self._stream(stream).key
        frame = self.event_moments(key, locality)
        if isinstance(frame, Withheld):
            return frame
        title = text("moments_chart", self.language, place=self._place_title(key, locality))
        return charts.chain(pd.DataFrame(frame), title=title, **self._chart_options())

    # parts of the answers above

    def _combination(self, codes: list[str], present: list[bool]) -> object:
        """A combination as labels: “A” and without “B”; missing for a row that names none."""
        names = self.labels.domains | self.labels.codes
        said = [
            text("with_code" if there else "without_code", self.language, code=names.get(code, code))
            for code, there in zip(codes, present, strict=True)
        ]
        return f" {text('and', self.language)} ".join(said) or pd.NA
