import numpy as np
import pandas as pd
import pytest
from coded_files import BOOK, double_coded

from diaban.analysis.case_factors.misclassification import COLUMNS, misclassification
from diaban.errors import DiabanError

LOW, HIGH = (3, 4, 4, 189), (55, 11, 11, 123)


def streams(low=LOW, high=HIGH, **options):
    parts = [double_coded(*cells, stream=stream) for stream, cells in (("s", low), ("t", high)) if cells]
    cases, codes = (pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True))
    return misclassification(codes, cases, BOOK, **options)


def reasons(result, code="A"):
    return result.loc[result["code"] == code, "withheld"].tolist()


def test_two_streams_of_different_shares_tell_the_errors_of_the_coders():
    result = streams()
    assert list(result.columns) == COLUMNS
    low, high = (row for _, row in result[result["code"] == "A"].iterrows())
    assert (low.n_files, low.n_double, low.observed_share) == (200, 200, 7 / 200)
    assert pd.isna(low.withheld)
    assert (low.sensitivity, low.specificity) == (high.sensitivity, high.specificity)
    assert 0.7 < low.sensitivity < 0.95
    assert high.observed_share < high.corrected_share
    assert low.lower < low.corrected_share < low.upper
    assert high.lower < high.corrected_share < high.upper


def test_files_coded_once_tell_of_the_shares():
    parts = [
        double_coded(*LOW, stream="s", once=(20, 500)),
        double_coded(*HIGH, stream="t", once=(170, 330)),
    ]
    cases, codes = (pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True))
    more = misclassification(codes, cases, BOOK).query("code == 'A'")
    few = streams().query("code == 'A'")
    assert more["n_files"].tolist() == [720, 700]
    assert more["n_double"].tolist() == [200, 200]
    assert ((more["upper"] - more["lower"]).to_numpy() < (few["upper"] - few["lower"]).to_numpy()).all()


def test_a_second_coder_who_established_nothing_gives_no_answer():
    cases, codes = double_coded(*HIGH)
    silent = codes["round"].eq(2) & codes["case_key"].isin(cases["case_key"].tail(50))
    told = misclassification(codes.assign(code=codes["code"].mask(silent, "XX")), cases, BOOK)
    gone = misclassification(codes[~silent], cases, BOOK)
    pd.testing.assert_frame_equal(told, gone)
    assert told["n_double"].unique().tolist() == [150]
    assert told["n_files"].unique().tolist() == [200]


@pytest.mark.parametrize(
    ("low", "high", "reason"),
    [
        (None, HIGH, "one_group_of_files"),
        ((50, 10, 11, 129), HIGH, "groups_too_alike"),
        (LOW, (50, 28, 5, 117), "coders_not_alike"),
        ((1, 0, 0, 60), (12, 2, 3, 43), "code_too_rare_to_judge"),
        ((3, 0, 0, 197), (60, 0, 0, 140), "coder_errors_not_identified"),
    ],
)
def test_what_cannot_be_told_is_withheld(low, high, reason):
    result = streams(low, high)
    assert set(reasons(result)) == {reason}
    rows = result[result["code"] == "A"]
    assert rows[["sensitivity", "specificity", "corrected_share", "lower", "upper"]].isna().all(axis=None)
    assert rows["observed_share"].notna().all()


def test_a_stream_with_few_double_coded_files_takes_no_part():
    assert reasons(streams((1, 1, 1, 20), HIGH)) == ["too_few_files", "one_group_of_files"]


def test_zero_one_and_empty():
    result = streams()
    assert set(reasons(result, "C")) == {"code_too_rare_to_judge"}
    assert set(reasons(result, "B")) == {"groups_too_alike"}
    cases, codes = double_coded(*HIGH)
    assert list(misclassification(codes, cases.head(0), BOOK).columns) == COLUMNS
    once = misclassification(codes[codes["round"] == 1], cases, BOOK)
    assert set(reasons(once)) == {"too_few_files"}
    nothing = misclassification(codes.head(0), cases, BOOK)
    assert nothing["observed_share"].isna().all()
    with pytest.raises(DiabanError, match="ZZ9"):
        misclassification(codes.assign(code="ZZ9"), cases, BOOK)


def test_corrected_shares_are_unbiased_and_their_intervals_hold_the_truth():
    """40 codes at once, 300 and 600 files coded twice, shares .05 and .3, sensitivity .85, specificity .98:
    the first coder's share of .3 is seen as .27."""
    rng, names = np.random.default_rng(7), [f"c{i}" for i in range(40)]
    cases, codes = [], []
    for stream, files, share in (("s", 300, 0.05), ("t", 600, 0.3)):
        keys = np.array([f"{stream}{i}" for i in range(files)])
        truth = rng.random((files, 40)) < share
        for number in (1, 2):
            given = rng.random((files, 40)) < np.where(truth, 0.85, 0.02)
            file, code = np.nonzero(np.column_stack([given, np.ones(files, bool)]))
            named = np.array([*names, "all"])[code]
            codes.append(pd.DataFrame({"case_key": keys[file], "code": named, "round": number}))
        cases.append(pd.DataFrame({"case_key": keys, "locality": "p", "stream": stream}))
    book = pd.DataFrame({"code": [*names, "all"]})
    result = misclassification(pd.concat(codes), pd.concat(cases), book)
    told = result[result["withheld"].isna()].assign(truth=lambda t: t["stream"].map({"s": 0.05, "t": 0.3}))
    by_stream = told.groupby("stream")
    assert by_stream.size().min() >= 30
    bias = by_stream["corrected_share"].mean() - by_stream["truth"].first()
    assert bias.abs().max() < 0.012
    assert (by_stream["observed_share"].mean() - by_stream["truth"].first())["t"] < -0.02
    held = (told["lower"] <= told["truth"]) & (told["truth"] <= told["upper"])
    assert held.mean() > 0.89
