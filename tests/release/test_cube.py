"""The protected cube: what it hides, and that what it shows does not give the hidden away."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from published_attack import ABOUT_CODING, PublishedAttack, small_counts

from diaban.analysis.case_factors import case_factors
from diaban.analysis.rates import rates_table
from diaban.release.cells import WHOLE
from diaban.release.cube import Cube, protect
from diaban.release.frames.coarse import coarse
from diaban.release.frames.pooled_fits import pooled_fit
from diaban.release.frames.shown_comparisons import by_shown

THRESHOLD = 5
KEYS = {"locality", "stream", "period", "code", "baseline", "comparisons", "hidden"}
BLOCKS = {"early": ["2020", "2021"], "late": ["2022", "2023"]}


@dataclass
class SmallProvince:
    """As much of `Results` as `protect` asks for, from counts by (locality, stream, period).

    coded: (locality, stream) -> files with each of the codes A and B; all files but the last are coded.
    """

    cases: dict[tuple[str, str, str], int]
    coded: dict[tuple[str, str], tuple[int, int]] | None = None
    threshold: int = THRESHOLD
    spec: SimpleNamespace = field(init=False)
    near_report = pd.DataFrame({"a": ["a", "b", "c"], "b": ["b", "c", "d"]})
    file_periods = ("2020", "2021", "2022", "2023")
    area_robustness = factor_importance = residual_autocorrelation = statistical_neighbours = None
    excess_decomposition = what_if = code_pairs = configurations = event_moments = event_lags = None
    coder_agreement = coding_sensitivity = recording = boundary_changes = None
    targets = targets_pooled = mid_year = share_targets = fewest_targets = stages = stopped = dated_cases = (
        None
    )
    late_reports = late_months = same_age = reading = campaign_effects = alerts = None
    case_rows = None
    tables = SimpleNamespace(present=dict)
    reconciliation = repeat_shares = theme_counts = theme_panels = theme_support = None

    def __post_init__(self):
        blocks = [SimpleNamespace(key=key, periods=periods) for key, periods in BLOCKS.items()]
        self.spec = SimpleNamespace(
            disclosure=SimpleNamespace(threshold=self.threshold, of_victims=max(self.threshold, 10)),
            periods=SimpleNamespace(blocks=blocks, report="late", baseline="early"),
            model=SimpleNamespace(per=100_000, seed=1),
        )

    @cached_property
    def exposed_report(self):
        rows = [(*key, count, 10_000, 10_000.0) for key, count in self.cases.items()]
        return pd.DataFrame(
            rows, columns=["locality", "stream", "period", "cases", "persons", "person_years"]
        )

    @cached_property
    def blocks(self):
        block = {period: key for key, periods in BLOCKS.items() for period in periods}
        pooled = self.exposed_report.assign(period=lambda f: f["period"].map(block))
        sums = {"cases": "sum", "persons": "mean", "person_years": "sum"}
        return pooled.groupby(["locality", "stream", "period"], as_index=False).agg(sums)

    @cached_property
    def concentration(self):
        return self.blocks[["locality", "stream", "period"]].assign(dominated=False)

    @cached_property
    def rates(self):
        return rates_table(self.blocks, per=100_000, seed=1)

    def with_dispersion(self, *_):
        return self

    @cached_property
    def run_chart(self):
        return self.exposed_report[["locality", "stream", "period", "cases", "person_years"]]

    @cached_property
    def trends(self):
        late, early = (self.blocks[self.blocks["period"] == key] for key in ("late", "early"))
        base = early.set_index(["locality", "stream"])["cases"].rename("baseline_cases")
        rows = late[["locality", "stream", "period", "cases"]].join(base, on=["locality", "stream"])
        return rows.assign(baseline="early")

    @cached_property
    def detectability(self):
        late = self.blocks[self.blocks["period"] == "late"]
        columns = ["largest_detectable_count", "chance_by_luck", "chance_if_true"]
        return late[["locality", "stream", "period"]].assign(
            mean_per_year=late["cases"] / 2, **dict.fromkeys(columns, 0.5)
        )

    @cached_property
    def case_factors(self):
        if self.coded is None:
            return None
        files, codes = [], []
        for (locality, stream), n in (
            self.exposed_report.groupby(["locality", "stream"])["cases"].sum().items()
        ):
            keys = [f"{locality}{stream}{i}" for i in range(n)]
            files += [(key, locality, stream) for key in keys]
            with_a, with_b = self.coded[locality, stream]
            codes += [(key, "A", 1) for key in keys[:with_a]] + [
                (key, "B", 1) for key in keys[-with_b - 1 : -1]
            ]
        book = pd.DataFrame({"code": ["A", "B", "XX"]})
        return case_factors(
            pd.DataFrame(codes, columns=["case_key", "code", "round"]),
            pd.DataFrame(files, columns=["case_key", "locality", "stream"]),
            book,
            localities=sorted({key[0] for key in self.cases}),
        )


def attack(frames, results):
    blocks = {block.key: list(block.periods) for block in results.spec.periods.blocks}
    return PublishedAttack(frames, blocks, list(results.file_periods))


def assert_safe(frames, results, threshold=THRESHOLD):
    """No small count stands in a frame, and each keeps a range of at least the threshold."""
    attacker = attack(frames, results)
    truth = {cell: n for cell, n in small_counts(results, threshold).items() if cell in attacker.cells}
    assert {cell: n for cell, n in truth.items() if cell in attacker.known} == {}
    ranges = attacker.ranges(list(truth), threshold)
    told = {cell: (truth[cell], r) for cell, r in ranges.items() if r[1] - r[0] < threshold - 1e-6}
    assert told == {}, "small counts and the range that is left to each"
    for cell, (low, high) in ranges.items():
        assert low - 1e-6 <= truth[cell] <= high + 1e-6 or high - low >= threshold


def province(*counts, stream="s"):
    """Localities a, b, … with (count of each of four years)."""
    return {
        (chr(97 + i), stream, year): n
        for i, row in enumerate(counts)
        for year, n in zip(SmallProvince.file_periods, row, strict=True)
    }


def value_columns(frame):
    return [column for column in frame.columns if column not in KEYS]


# By hand ---------------------------------------------------------------------------------------------------


def test_nothing_small_nothing_hidden():
    results = SmallProvince(province([20, 30, 40, 50], [60, 70, 80, 90], [10, 11, 12, 13]))
    frames = protect(results).frames
    for name in ("rates", "run_chart", "trends", "detectability"):
        assert not frames[name]["hidden"].any(), name
    assert frames["rates"]["cases"].tolist() == results.rates["cases"].tolist()
    assert frames["cells"]["hidden"].tolist() == [0]


def test_a_zero_is_hidden_like_any_small_count():
    """A shown zero would tell that every hidden number is at least one."""
    frames = protect(SmallProvince(province([0, 0, 7, 8], [60, 70, 80, 90], [10, 11, 12, 13]))).frames
    rates = frames["rates"].set_index(["locality", "period"])
    assert rates.loc[("a", "early"), "hidden"]


def test_a_small_block_takes_a_companion_and_its_trend_along():
    results = SmallProvince(province([1, 2, 40, 50], [60, 70, 80, 90], [20, 21, 22, 23], [30, 31, 32, 33]))
    frames = protect(results).frames
    rates = frames["rates"].set_index(["locality", "period"])
    assert rates.loc[("a", "early"), "hidden"]
    assert rates.loc[(slice(None), "early"), "hidden"].sum() >= 2, "the total would tell a single one"
    assert frames["trends"].set_index("locality").loc["a", "hidden"], "the baseline is hidden"
    assert_safe(frames, results)


def test_hidden_rows_have_no_value_left():
    results = SmallProvince(province([1, 2, 3, 1], [60, 70, 80, 90], [20, 21, 22, 23]))
    frames = protect(results).frames
    of_the_whole = {name for name, frame in frames.items() if "locality" not in frame}
    assert of_the_whole == {"cells", "funnel", "rates_together", "rates_neighbours"}, (
        "every other frame says what is hidden"
    )
    for name in frames.keys() - of_the_whole:
        frame = frames[name]
        gone = frame[frame["hidden"]]
        kept = {"per", "person_years", "reference_rate", "expected", "change"} if name != "trends" else set()
        empty = [c for c in value_columns(frame) if c not in kept]
        assert gone[empty].isna().all(axis=None), name


def test_a_stream_that_is_often_small_is_shown_by_block_only():
    results = SmallProvince(province([4, 4, 4, 4], [20, 21, 22, 23], [30, 31, 32, 33]))
    frames = protect(results).frames
    assert frames["run_chart"]["hidden"].all()
    assert not frames["rates"]["hidden"].any()


def test_a_series_of_single_years_is_hidden_whole():
    counts = province([4, 30, 40, 50], *[[60 + i, 70, 80, 90] for i in range(9)])
    frames = protect(SmallProvince(counts)).frames
    by_locality = frames["run_chart"].groupby("locality")["hidden"].agg(["any", "all"])
    assert by_locality["any"].sum() >= 2
    assert (by_locality["any"] == by_locality["all"]).all()


def test_a_stricter_threshold_hides_more():
    counts = province([6, 7, 6, 7], [60, 70, 80, 90], [20, 21, 22, 23])
    assert not protect(SmallProvince(counts, threshold=5)).frames["rates"]["hidden"].any()
    assert protect(SmallProvince(counts, threshold=20)).frames["rates"]["hidden"].any()


CODED = province([9, 12, 11, 8], [20, 21, 22, 23], [30, 31, 32, 33])


def test_a_small_number_of_files_with_a_code_is_hidden_with_its_share():
    results = SmallProvince(CODED, coded={("a", "s"): (3, 20), ("b", "s"): (40, 30), ("c", "s"): (50, 60)})
    frames = protect(results).frames
    rows = frames["case_factors"].set_index(["locality", "code"])
    assert rows.loc[("a", "A"), "hidden"]
    gone = ["n_coded", "share", "lower", "upper", "rest_share", "ratio", "shrunk_share", "p", "q", "over"]
    assert rows.loc[("a", "A"), gone].isna().all()
    assert rows.loc[(["b", "c"], "A"), "hidden"].any(), "the whole would tell a single one"
    assert_safe(frames, results)


def test_a_code_on_nearly_every_file_is_hidden_too():
    results = SmallProvince(CODED, coded={("a", "s"): (39, 20), ("b", "s"): (40, 30), ("c", "s"): (50, 60)})
    frames = protect(results).frames
    rows = frames["case_factors"].set_index(["locality", "code"])
    assert rows.loc[("a", "A"), "hidden"]
    assert_safe(frames, results)


def test_files_do_not_tell_what_the_blocks_hide():
    """All files are all cases: 16 files and 13 cases in one block would leave 3 for the hidden one."""
    counts = province([1, 2, 6, 7], [20, 21, 22, 23], [30, 31, 32, 33], [10, 11, 12, 13])
    coded = {("a", "s"): (7, 6), ("b", "s"): (40, 30), ("c", "s"): (50, 60), ("d", "s"): (20, 20)}
    results = SmallProvince(counts, coded=coded)
    frames = protect(results).frames
    assert_safe(frames, results)
    about = frames["case_factors"].query("code in @ABOUT_CODING and locality == 'a'")
    assert about["hidden"].all()
    assert about["n_files"].isna().all()


def test_a_hidden_total_is_not_published_beside_the_localities():
    """A code on three files in the whole: no row may give the rest, from which the whole follows."""
    results = SmallProvince(CODED, coded={("a", "s"): (3, 20), ("b", "s"): (0, 30), ("c", "s"): (0, 60)})
    frames = protect(results).frames
    rows = frames["case_factors"].query("code == 'A'")
    assert rows["hidden"].all()
    assert "A" not in set(frames["case_factors_whole"]["code"])


def test_a_whole_that_is_small_is_hidden_with_all_that_it_is_compared_by():
    results = SmallProvince(province([0, 7, 0, 3], [0, 9, 0, 0], [0, 8, 0, 0]))
    late = protect(results).frames["rates"].query("period == 'late'")
    assert late["hidden"].all()
    assert late[["cases", "reference_rate", "expected"]].isna().all(axis=None)


def test_protection_is_repeatable():
    results = SmallProvince(CODED, coded={("a", "s"): (3, 20), ("b", "s"): (40, 30), ("c", "s"): (50, 60)})
    first, second = protect(results).frames, protect(results).frames
    for name in first:
        assert_frame_equal(first[name], second[name])


# Any small province ----------------------------------------------------------------------------------------


@st.composite
def provinces(draw):
    places = draw(st.integers(3, 5))
    count = st.one_of(st.integers(0, 6), st.integers(7, 60))
    counts = province(*[[draw(count) for _ in range(4)] for _ in range(places)])
    if draw(st.booleans()):
        return SmallProvince(counts)
    coded = {}
    for i in range(places):
        files = sum(n for (locality, *_), n in counts.items() if locality == chr(97 + i))
        most = max(files - 1, 0)
        coded[chr(97 + i), "s"] = (draw(st.integers(0, most)), draw(st.integers(0, most)))
    return SmallProvince(counts, coded=coded)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(provinces())
def test_no_small_count_of_any_province_can_be_worked_out(results):
    assert_safe(protect(results).frames, results)


# Both studies ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(made_run):
    """The cube of a study as it stands in the run, and the truth behind it."""
    return made_run.cube, made_run.results


def test_no_small_count_of_a_study_can_be_worked_out(kept):
    cube, results = kept
    assert_safe(cube.frames, results, results.spec.disclosure.threshold)


def test_every_frame_by_locality_says_what_is_hidden(kept):
    cube, _ = kept
    for name in ("rates", "run_chart", "trends", "detectability", "case_factors"):
        frame = cube[name]
        assert frame["hidden"].dtype == bool
        counts = [c for c in ("cases", "baseline_cases", "n_coded", "mean_per_year") if c in frame]
        assert frame.loc[frame["hidden"], counts].isna().all(axis=None), name
        shown = frame.loc[~frame["hidden"]]
        if "code" in frame:
            shown = shown[~shown["code"].isin(ABOUT_CODING)]
        small = shown[[c for c in ("cases", "n_coded", "baseline_cases") if c in shown]]
        assert not small.isin(range(1, results_threshold(kept))).any(axis=None), name


def results_threshold(kept):
    return kept[1].spec.disclosure.threshold


def test_derived_columns_go_with_the_count(kept):
    cube, _ = kept
    for name, derived in {
        "rates": ["rate", "lower", "upper", "ratio", "shrunk_rate", "probability_above", "z", "outlier"],
        "trends": ["rate_ratio", "lower", "upper", "p", "marker"],
        "run_chart": ["cases", "expected", "lower", "upper", "signal"],
        "detectability": ["mean_per_year", "largest_detectable_count", "chance_by_luck"],
    }.items():
        gone = cube[name][cube[name]["hidden"]]
        assert gone[derived].isna().all(axis=None), name


def test_the_cube_holds_no_case_record_and_no_small_area(kept):
    """Nothing on the level of analysis, nothing by file or person."""
    cube, _ = kept
    localities = set(cube["localities"]["locality"])
    for name, frame in cube.frames.items():
        assert not {"case_key", "person_key", "coder_id"} & set(frame.columns), name
        if "locality" in frame:
            assert set(frame["locality"].dropna()) - {WHOLE} <= localities, name


def test_shown_numbers_are_the_true_ones(kept):
    cube, results = kept
    keys = ["locality", "stream", "period"]
    both = cube["rates"].merge(results.rates, on=keys, suffixes=("", "_true"), validate="one_to_one")
    shown = both[~both["hidden"]]
    assert len(both) == len(results.rates)
    for column in ("cases", "rate", "lower", "upper", "reference_rate"):
        assert (shown[column].astype(float) - shown[f"{column}_true"]).abs().max() < 1e-9, column
    model = results.spec.model
    fit = pooled_fit(results.rates, both["hidden"], per=model.per, seed=model.seed)
    again = shown[keys].merge(fit, on=keys, how="left")["shrunk_rate"]
    assert np.allclose(shown["shrunk_rate"].astype(float), again, rtol=1e-9, equal_nan=True)


def test_something_is_left_to_show(kept):
    cube, results = kept
    report = cube["rates"][cube["rates"]["period"] == results.spec.periods.report]
    assert report["hidden"].mean() < 0.35
    assert cube["cells"].iloc[0]["hidden"] > 0


def test_a_cube_survives_the_disk(kept, tmp_path):
    cube, _ = kept
    cube.save(tmp_path)
    again = Cube.load(tmp_path)
    assert set(again.frames) == set(cube.frames)
    for name, frame in cube.frames.items():
        assert_frame_equal(again[name], frame, check_dtype=False, check_column_type=False)
    assert again.facts == json.loads(json.dumps(cube.facts))


def test_protecting_again_gives_the_cube_of_the_run(germany_run):
    """Of case files `test_run_again` holds it, which compares the cubes of two runs."""
    again = protect(germany_run.results, earlier=germany_run.given_out).frames
    factors = {"area_factors": germany_run.results.area_factors}  # public, beside the protected frames
    for name, frame in by_shown(coarse(again | factors)).items():
        assert_frame_equal(
            frame.reset_index(drop=True),
            germany_run.cube[name].reset_index(drop=True),
            check_dtype=False,
            check_column_type=False,
        )
