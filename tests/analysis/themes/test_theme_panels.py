import numpy as np
import pandas as pd
import pytest
from theme_frames import ByHand

from diaban.analysis.case_factors.event_chain import event_chain
from diaban.analysis.themes import PANELS, theme_panels

DAYS = {"first": pd.Timestamp("2020-12-15"), "last": pd.Timestamp("2023-12-14")}
THEME = ByHand("theme", select={"kind": ["in"]}, streams=["s"])


def register(n=160, seed=4):
    """Cases of two streams in two localities; half of stream s belong to the theme."""
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2020-12-15") + pd.to_timedelta(rng.integers(0, 1000, n), unit="D")
    cases = pd.DataFrame(
        {
            "case_key": [f"k{i}" for i in range(n)],
            "locality": rng.choice(["X", "Y"], n),
            "kind": rng.choice(["in", "out"], n),
            "place_type": rng.choice(["home", "school", "unknown"], n),
            "hour_band": rng.choice(["h00_05", "h18_23"], n),
            "group_size_band": rng.choice(["1", "2"], n),
        }
    ).astype("str")
    cases.loc[cases.index[:5], "place_type"] = pd.NA
    cases = cases.assign(occurred_from=days, occurred_to=days)
    members = cases[["case_key"]].assign(stream=np.where(np.arange(n) < n * 3 // 4, "s", "t"))
    chosen = (cases["kind"] == "in") & (members["stream"] == "s")
    return cases, members, cases.loc[chosen, ["case_key"]].assign(theme="theme")


def panels(cases, members, of_theme, themes=(THEME,), **options):
    return theme_panels(of_theme, cases, members, list(themes), **{**DAYS, **options})


def test_shares_are_those_of_the_chain_of_the_event():
    cases, members, of_theme = register()
    told = panels(cases, members, of_theme).query("panel in ['place', 'hour', 'group_size']")
    files = of_theme.rename(columns={"theme": "stream"}).merge(cases[["case_key", "locality"]])
    chain = event_chain(files, cases).replace({"locality": {"all": "*"}})
    chain = chain.replace({"step": {"place_type": "place", "hour_band": "hour"}})
    keys = ["locality", "panel", "category"]
    both = told.merge(chain.rename(columns={"step": "panel"}), on=keys, suffixes=("", "_chain"))
    assert len(both) == len(told) == 3 * 7
    for name in ("n", "n_files", "share", "lower", "upper"):
        np.testing.assert_allclose(both[name], both[f"{name}_chain"])


def test_an_empty_cell_is_unknown_and_unknown_comes_last():
    cases, members, of_theme = register()
    told = panels(cases, members, of_theme).query("panel == 'place' and locality == '*'")
    assert told["category"].tolist() == ["home", "school", "unknown"]
    assert told["n"].sum() == told["n_files"].iloc[0] == len(of_theme)
    mine = cases[cases["case_key"].isin(of_theme["case_key"])]["place_type"]
    assert told["n"].iloc[2] == (mine.isna() | (mine == "unknown")).sum()


def test_others_are_of_the_same_streams_and_the_test_is_fishers():
    """R: fisher.test(matrix(c(3, 1, 1, 3), 2)) -> p = 0.4857 (Fisher's tea)."""
    n = 8 + 20
    cases = pd.DataFrame({"case_key": [f"k{i}" for i in range(n)], "locality": "X"})
    cases["day_type"] = ["weekend"] * 3 + ["weekday"] + ["weekend"] + ["weekday"] * 3 + ["weekend"] * 20
    members = cases[["case_key"]].assign(stream=["s"] * 8 + ["t"] * 20)
    of_theme = cases.loc[:3, ["case_key"]].assign(theme="theme")
    told = panels(cases, members, of_theme, minimum_files=1).query("panel == 'day'").set_index("locality")
    whole = told.loc["*"].set_index("category").loc["weekend"]
    assert whole[["n", "n_files", "n_others", "others"]].tolist() == [3, 4, 1, 4]
    assert (whole["share"], whole["reference_share"]) == (0.75, 0.25)
    assert whole["p"] == pytest.approx(0.4857, abs=5e-5)
    assert whole["comparisons"] == 2
    assert told.loc["X", "p"].isna().all(), "tested in the whole only"


def test_a_clear_difference_is_named_and_a_defining_column_is_not_tested():
    cases, members, of_theme = register()
    at_home = cases["case_key"].isin(of_theme["case_key"])
    cases["place_type"] = np.where(at_home, "home", "school")
    told = panels(cases, members, of_theme).query("locality == '*' and panel == 'place'")
    assert told.set_index("category")["differs"].to_dict() == {"home": "above", "school": "below"}
    by_place = ByHand("theme", select={"place_type": ["home"]}, streams=["s"])
    told = panels(cases, members, of_theme, [by_place]).query("locality == '*' and panel == 'place'")
    assert told["category"].tolist() == ["home"], "other places are ruled out by the theme itself"
    assert told["defines"].all()
    assert told[["p", "reference_share", "differs"]].isna().all(axis=None)
    also = ByHand("theme", select={"place_type": ["home"]}, also=[ByHand(codes=["GD1"])], streams=["s"])
    told = panels(cases, members, of_theme, [also]).query("locality == '*' and panel == 'place'")
    assert told["category"].tolist() == ["home", "school"], "another way in leaves every place open"
    assert told["p"].isna().all()


def test_season_is_spread_over_what_is_known_of_the_days():
    cases, members, of_theme = register()
    cases = cases.assign(occurred_from=pd.Timestamp("2021-03-30"), occurred_to=pd.Timestamp("2021-04-01"))
    told = panels(cases, members, of_theme).query("panel == 'month'").set_index("category")
    assert told.loc["3", "share"] == pytest.approx(2 / 3)
    assert told.loc["4", "share"] == pytest.approx(1 / 3)
    assert told["reference_share"].sum() == pytest.approx(1)
    assert set(told["locality"]) == {"*"}


def test_too_few_mostly_unknown_and_not_recorded():
    cases, members, of_theme = register()
    few = panels(cases, members, of_theme.head(4))
    assert set(few["withheld"].dropna()) == {"too_few_files", "step_not_recorded"}
    assert few["share"].isna().all()
    told = panels(cases.assign(place_type="unknown"), members, of_theme)
    assert set(told.query("panel == 'place'")["withheld"]) == {"mostly_unknown"}
    day = told.query("panel == 'day'")
    assert day["withheld"].tolist() == ["step_not_recorded"] * 3
    assert day["category"].isna().all()
    support = pd.DataFrame({"theme": ["theme"], "withheld": ["theme_not_recorded"]})
    nothing = panels(cases, members, of_theme.head(0), support=support)
    assert set(nothing["withheld"]) == {"theme_not_recorded"}
    assert nothing[["n", "share"]].isna().all(axis=None)


def test_every_theme_panel_and_locality_has_a_row():
    cases, members, of_theme = register()
    told = panels(cases, members, of_theme, [ByHand("none", select={"kind": ["x"]}), THEME])
    assert told["theme"].drop_duplicates().tolist() == ["none", "theme"]
    for theme in ("none", "theme"):
        of = told[told["theme"] == theme]
        assert of["panel"].drop_duplicates().tolist() == list(PANELS)
        assert set(of.query("panel == 'place'")["locality"]) == {"X", "Y", "*"}
    undated = panels(cases.drop(columns=["occurred_from"]), members, of_theme)
    assert set(undated.query("panel == 'month'")["withheld"]) == {"step_not_recorded"}
    keys = ["theme", "locality", "panel", "category"]
    assert not told.duplicated(keys).any()
    assert panels(cases.head(0), members.head(0), of_theme.head(0))["share"].isna().all()
