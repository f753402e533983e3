"""Targets, steps, themes and editions in study.toml, and what is said where they are incomplete."""

from __future__ import annotations

from pathlib import Path

import pytest

from diaban.errors import DiabanError
from diaban.spec import read_spec
from diaban.spec.targets import TargetSpec
from diaban.spec.text import Text

BINH_PHUOC = Path(__file__).parents[2] / "data" / "binh_phuoc"
TEXT = (BINH_PHUOC / "study.toml").read_text(encoding="utf-8")
CHANGE = 'kind = "change"\nstream = "child_abuse"\nchange = -0.03\n'
RESOLVED = 'measure = "resolved"\nmore_than = 0.96\n'
STEPS = 'steps = ["suspended", "terminated", "returned"]\n'
THEME = 'key = "sexual_abuse"\n'


@pytest.fixture
def read(tmp_path: Path):
    """The shipped declaration with one place changed, read; or the error that reading it raises."""

    def change(*changes: tuple[str, str]):
        text = TEXT
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        return read_spec(tmp_path)

    return change


def without_handling() -> tuple[str, str]:
    start, end = TEXT.index("[handling]"), TEXT.index("# Themes across streams")
    return TEXT[start:end], ""


def between(start: str, end: str) -> str:
    first = TEXT.index(start)
    return TEXT[first : TEXT.index(end, first)]


def test_the_three_kinds_of_target_of_the_shipped_plan(read) -> None:
    spec = read()
    assert [t.kind for t in spec.targets] == ["change", "change", "share", "share", "share", "fewest"]
    assert [(t.stream, t.change) for t in spec.changes_aimed_at()] == [
        ("child_abuse", -0.03),
        ("u18_offending", -0.05),
    ]
    classified, processed, resolved = spec.targets[2:5]
    assert [(t.limit, t.more_than) for t in (classified, processed)] == [(1.0, None), (1.0, None)]
    assert (classified.measure, processed.measure) == ("classified", "decided")
    assert (resolved.limit, resolved.at_least) == (0.96, None)
    assert spec.targets[5].select == {"abuse_form": ["sexual"]}
    assert all(t.source for t in spec.targets), "a number of a plan says where it is printed"


def test_a_measure_stands_for_declared_steps(read) -> None:
    handling = read().handling
    assert handling.steps_of("classified") == ["classified"]
    assert handling.steps_of("assigned") == ["assigned"]
    assert handling.steps_of("decided") == ["prosecuted", "not_prosecuted", "report_suspended"]
    assert handling.steps_of("resolved") == ["prosecuted", "not_prosecuted"]
    assert [limit.days for limit in handling.limits] == [20, 80, 140]


@pytest.mark.parametrize(
    ("old", "new", "lacking"),
    [
        (CHANGE, 'kind = "change"\nchange = -0.03\n', "stream"),
        (CHANGE, 'kind = "change"\nstream = "child_abuse"\n', "change"),
        (CHANGE, 'kind = "change"\n', "stream, change"),
        (RESOLVED, 'more_than = 0.96\n', "measure"),
        (RESOLVED, 'measure = "resolved"\n', "at_least | more_than"),
        (RESOLVED, 'measure = "resolved"\nmore_than = 0.96\nat_least = 0.9\n', "at_least | more_than"),
        (STEPS, "", "steps"),
        (STEPS, "steps = []\n", "steps"),
    ],
)  # fmt: skip
def test_an_incomplete_target_says_what_it_lacks(read, old: str, new: str, lacking: str) -> None:
    with pytest.raises(DiabanError) as caught:
        read((old, new))
    assert caught.value.key == "spec_target_incomplete"
    for language in ("vi", "en"):
        assert f": {lacking}." in caught.value.message(language)
        assert "study.toml" in caught.value.message(language)


@pytest.mark.parametrize(
    "given", [{"kind": "change"}, {"kind": "share", "at_least": 0.9}, {"kind": "fewest"}]
)
def test_a_change_of_nothing_is_a_target_but_hides_no_gap(given: dict) -> None:
    """ "Not more than last year" is change = 0; what else the target needs is asked for all the same."""
    label = Text(vi="không tăng", en="no rise")
    whole = TargetSpec(key="level", kind="change", stream="child_abuse", change=0.0, label=label)
    assert whole.change == 0
    with pytest.raises(ValueError, match="needs"):
        TargetSpec(key="level", change=0.0, label=label, **given)


@pytest.mark.parametrize(("change", "right"), [("-1", "-1"), ("1.0", "1"), ('"less"', "number")])
def test_a_change_is_a_share_of_the_year_before(read, change: str, right: str) -> None:
    with pytest.raises(DiabanError) as caught:
        read(("change = -0.03", f"change = {change}"))
    assert caught.value.key == "spec_wrong_value"
    assert "targets[1].change" in caught.value.message("vi")
    assert right in caught.value.message("en")


def test_a_change_needs_a_year_before(read) -> None:
    blocks = between("blocks = [", "\n]\n") + "\n]\n"
    with pytest.raises(DiabanError) as caught:
        read(
            ('first = "2016"\nlast = "2024"', 'first = "2023"\nlast = "2023"'),
            (blocks, 'blocks = [{ key = "2023", periods = ["2023"] }]\n'),
            ('report = "2021-2023"', 'report = "2023"'),
            ('baseline = "2018-2020"', 'baseline = "2023"'),
        )
    assert caught.value.key == "spec_target_without_baseline"
    assert caught.value.fields["target"] == "fewer_child_abuse"
    assert "2023" in caught.value.message("vi")
    assert "periods.first" in caught.value.message("en")


def test_a_target_on_handling_needs_the_steps(read) -> None:
    with pytest.raises(DiabanError) as caught:
        read(without_handling())
    assert caught.value.key == "spec_target_without_steps"
    assert "classified" in caught.value.message("vi")
    assert "[handling]" in caught.value.message("en")


@pytest.mark.parametrize(
    ("old", "new", "path", "unknown"),
    [
        (STEPS, 'steps = ["suspended", "lost"]\n', "targets.steps", "lost"),
        ('stream = "u18_offending"\nchange', 'stream = "theft"\nchange', "targets.stream", "theft"),
        ('resolved = ["prosecuted"', 'resolved = ["settled"', "handling.steps", "settled"),
        ('start = "received"', 'start = "told"', "handling.steps", "told"),
        ('after = ["classified"]', 'after = ["sorted"]', "handling.steps", "sorted"),
        ('final = ["prosecuted"', 'final = ["closed"', "handling.steps", "closed"),
        ('streams = ["u18_offending"]', 'streams = ["arson"]', "themes.streams", "arson"),
    ],
)
def test_what_the_plan_names_is_declared(read, old: str, new: str, path: str, unknown: str) -> None:
    with pytest.raises(DiabanError) as caught:
        read((old, new))
    assert caught.value.key == "spec_not_declared"
    for language in ("vi", "en"):
        assert path in caught.value.message(language)
        assert unknown in caught.value.message(language)


@pytest.mark.parametrize(
    ("old", "new", "twice"),
    [
        ('key = "fewer_u18"', 'key = "fewer_child_abuse"', "targets[2]"),
        ('key = "sexual_abuse"', 'key = "online"', "themes[5]"),
        ('key = "2024-mid"', 'key = "2023-end"', "editions[2]"),
        ('key = "diverted"', 'key = "other"', "handling.steps[9]"),
        ('key = "nt1"', 'key = "gd1"', "factors[6]"),
        ('key = "street_lighting"', 'key = "play_places"', "indicators[12]"),
    ],
)
def test_a_key_names_one_thing(read, old: str, new: str, twice: str) -> None:
    with pytest.raises(DiabanError) as caught:
        read((old, new))
    assert caught.value.key == "spec_key_twice"
    key = new.rsplit('"', 2)[1]
    for language in ("vi", "en"):
        said = caught.value.message(language)
        assert f": {twice} " in said
        assert f"“{key}”" in said
        assert "study.toml" in said


def test_a_limit_of_the_law_is_named_once(read) -> None:
    limits = [limit.key for limit in read().handling.limits]
    with pytest.raises(DiabanError) as caught:
        read((f'key = "{limits[1]}"', f'key = "{limits[0]}"'))
    assert caught.value.key == "spec_key_twice"
    assert "handling.limits[2]" in caught.value.message("vi")


def test_a_measure_without_its_steps_is_refused(read) -> None:
    """Else all reports would have been "assigned", or none, by the lack of a word in study.toml."""
    asked = (RESOLVED, 'measure = "assigned"\nmore_than = 0.96\n')
    assert read(asked).targets[4].measure == "assigned"
    with pytest.raises(DiabanError) as caught:
        read(asked, ('assigned = ["assigned"]', "assigned = []"))
    assert caught.value.key == "spec_target_without_measure"
    for language in ("vi", "en"):
        assert "“resolved”" in caught.value.message(language)
        assert "handling.assigned" in caught.value.message(language)


def test_a_theme_picks_by_something(read) -> None:
    body = TEXT[TEXT.index(THEME) :]
    select = 'streams = ["child_abuse"]\nselect = { abuse_form = ["sexual"] }\n'
    assert select in body
    with pytest.raises(DiabanError) as caught:
        read((select, 'streams = ["child_abuse"]\n'))
    assert caught.value.key == "spec_theme_empty"
    assert "sexual_abuse" in caught.value.message("vi")
    assert "select, codes, persons" in caught.value.message("en")


def test_another_way_into_a_theme_picks_by_something_too(read) -> None:
    with pytest.raises(DiabanError) as caught:
        read(('[[themes.also]]\nselect = { offence_article = ["150", "151"] }', "[[themes.also]]"))
    assert caught.value.key == "spec_theme_empty"
    assert "also" in caught.value.message("vi")


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ('key = "2024-mid"', 'key = "Mid Year"', "editions[2].key"),
        ('kind = "mid_year"', 'kind = "monthly"', "editions[2].kind"),
        ("cutoff = 2023-12-14", 'cutoff = "soon"', "editions[1].cutoff"),
        ("days = 20", "days = 0", "handling.limits[1].days"),
        (RESOLVED, 'measure = "solved"\nmore_than = 0.96\n', "targets[5].measure"),
        (RESOLVED, 'measure = "resolved"\nmore_than = 1.0\n', "targets[5].more_than"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(read, old: str, new: str, at: str) -> None:
    with pytest.raises(DiabanError) as caught:
        read((old, new))
    assert caught.value.key == "spec_wrong_value"
    assert at in caught.value.message("vi")


def test_a_study_needs_none_of_it() -> None:
    spec = read_spec(BINH_PHUOC.parent / "germany_districts")
    assert (spec.targets, spec.handling, spec.themes, spec.editions) == ([], None, [], [])
    assert spec.changes_aimed_at() == []
