"""Cases, suspects, victims and themes of the shipped study, counted again from its files."""

from __future__ import annotations

import pandas as pd
import pytest

WHOLE = ALL = "*"
CHILD_BANDS = ["0-5", "6-10", "11-13", "14-15"]
FRAMES = (
    "reconciliation", "repeat_shares", "repeat_rates", "theme_members", "theme_support", "theme_counts",
    "theme_panels",
)  # fmt: skip


@pytest.fixture(scope="module")
def complete(register: pd.DataFrame) -> pd.DataFrame:
    return register[register["year"] != "2024"]


def test_cases_suspects_and_victims_of_every_district(shipped, complete, persons) -> None:
    frame = shipped.reconciliation
    rows = frame[frame["stream"] != ALL]
    assert len(rows) == 12 * 2 * 3
    blocks = complete["year"].map(shipped.spec.block_of())
    for row in rows.itertuples():
        mine = complete[(complete["stream"] == row.stream) & (blocks == row.period)]
        mine = mine if row.locality == WHOLE else mine[mine["district"] == row.locality]
        on_file = persons[persons["case_key"].isin(mine["case_key"])]
        victims = on_file[on_file["role"].isin(["victim", "both"])]
        suspects = on_file[on_file["role"].isin(["suspect", "both"])]
        assert row.cases == len(mine)
        assert row.entries == len(on_file)
        assert (row.suspects, row.victims) == (len(suspects), len(victims))
        assert row.child_victims == victims["age_band"].isin(CHILD_BANDS).sum()
        assert row.persons == on_file["person_key"].nunique()
        assert row.distinct_victims == victims["person_key"].nunique()
        assert row.cases_without_suspect == len(set(mine["case_key"]) - set(suspects["case_key"]))


def test_the_numbers_reconcile(shipped) -> None:
    frame = shipped.reconciliation
    assert (frame["entries"] == frame["suspects"] + frame["victims"] - frame["both_roles"]).all()
    parts = frame[["child_victims", "other_victims", "victims_age_unknown"]].sum(axis=1)
    assert (parts == frame["victims"]).all()
    assert (frame["entries"] == frame["persons"] + frame["repeat_entries"]).all()


def test_a_case_of_two_streams_is_counted_once_in_the_whole(shipped, complete) -> None:
    frame = shipped.reconciliation
    frame = frame[frame["locality"] == WHOLE]
    both = frame[frame["stream"] == ALL]
    assert both["cases"].sum() == complete["case_key"].nunique() < len(complete)
    assert frame.loc[frame["stream"] != ALL, "cases"].sum() == len(complete)
    assert (both["cases"] + both["cases_counted_again"]).sum() == len(complete)


def test_repeat_persons_are_those_on_two_files(shipped, complete, persons) -> None:
    """Of the population at risk: child victims on the one side, suspects of 14 to 17 on the other."""
    about = {"child_abuse": ("victim", CHILD_BANDS), "u18_offending": ("suspect", ["14-15", "16-17"])}
    frame = shipped.repeat_shares
    for row in frame[frame["locality"] == WHOLE].itertuples():
        role, bands = about[row.stream]
        mine = complete[complete["stream"] == row.stream]
        of = persons[
            persons["case_key"].isin(mine["case_key"])
            & persons["role"].isin([role, "both"])
            & persons["age_band"].isin(bands)
        ]
        files = of.groupby("person_key")["case_key"].nunique()
        assert (row.role, row.persons) == (role, len(files))
        assert row.repeat_persons == (files > 1).sum() > 0


def test_dependent_events_widen_an_interval_and_never_narrow_it(shipped) -> None:
    frame = shipped.repeat_rates.dropna(subset=["rate", "lower", "upper"])
    assert (frame["inflation"] >= 1).all()
    assert (frame["lower"] <= frame["independent_lower"] + 1e-9).all()
    assert (frame["upper"] >= frame["independent_upper"] - 1e-9).all()
    assert (frame["inflation"] > 1).any()
    per = frame["rate"] * frame["person_years"] / frame["per"]
    assert per.to_numpy() == pytest.approx(frame["events"].to_numpy(float))


def test_a_theme_holds_the_cases_that_it_declares(shipped, complete) -> None:
    told = shipped.theme_members.groupby("theme")["case_key"].agg(set)
    cases = complete.drop_duplicates("case_key")
    sexual = complete[(complete["stream"] == "child_abuse") & (complete["abuse_form"] == "sexual")]
    assert told["sexual_abuse"] == set(sexual["case_key"])
    groups = complete[
        (complete["stream"] == "u18_offending")
        & complete["group_size_band"].isin(["3-5", "6+"])
        & complete["offence_article"].isin(["134", "318"])
    ]
    assert told["group_fights"] == set(groups["case_key"])
    trade = (cases["abuse_form"] == "trafficking") | cases["offence_article"].isin(["150", "151"])
    assert told["trafficking"] == set(cases.loc[trade, "case_key"])
    assert not shipped.theme_members.duplicated().any()


def test_counts_of_a_theme_by_district_and_block(shipped, complete) -> None:
    blocks = shipped.spec.block_of()
    rows = complete[(complete["stream"] == "child_abuse") & (complete["abuse_form"] == "sexual")]
    own = rows.groupby(["district", rows["year"].map(blocks)]).size()
    whole = rows.groupby(rows["year"].map(blocks)).size()
    frame = shipped.theme_counts
    mine = frame[
        (frame["theme"] == "sexual_abuse") & (frame["stream"] == "child_abuse") & (frame["period"] != ALL)
    ]
    assert len(mine) >= 12 * 3
    for row in mine.itertuples():
        again = whole.get(row.period, 0) if row.locality == WHOLE else own.get((row.locality, row.period), 0)
        assert row.cases == again, (row.locality, row.period)


def test_a_panel_covers_every_case_of_its_theme(shipped) -> None:
    """Whatever is not recorded is a category of its own, so shares are of all files."""
    members = shipped.theme_members.groupby("theme").size()
    panels = shipped.theme_panels
    whole = panels[(panels["locality"] == WHOLE) & panels["withheld"].isna()]
    assert whole["panel"].nunique() >= 4
    sums = whole.groupby(["theme", "panel"])["n"].sum()
    for (theme, panel), n in sums.items():
        assert n == pytest.approx(members[theme]), (theme, panel)


def test_a_theme_with_a_handful_of_cases_is_withheld(shipped) -> None:
    support = shipped.theme_support.set_index("theme")
    assert support.loc["trafficking", "withheld"] == "too_few_cases"
    counts = shipped.theme_counts
    assert counts.loc[counts["theme"] == "trafficking", "rate"].isna().all()


@pytest.mark.parametrize("name", FRAMES)
def test_without_cases_there_are_no_units_and_no_themes(official, changed, name: str) -> None:
    assert getattr(official, name) is None
    assert getattr(changed(cases=None), name) is None


def test_without_persons_only_what_needs_them_is_left_out(changed, shipped) -> None:
    bare = changed(persons=None)
    assert (bare.repeat_shares, bare.repeat_rates) == (None, None)
    assert bare.reconciliation["cases"].sum() == shipped.reconciliation["cases"].sum()
    sexual = bare.theme_members[bare.theme_members["theme"] == "sexual_abuse"]
    assert len(sexual) == (shipped.theme_members["theme"] == "sexual_abuse").sum()


def test_without_declared_themes_there_are_none(changed) -> None:
    none = changed(themes=[])
    for name in ("theme_members", "theme_support", "theme_counts", "theme_panels"):
        assert getattr(none, name) is None
