"""Which state of a study is meant: its edition, the one before it, and the files to read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from diaban.errors import DiabanError
from diaban.run.choice import Choice, chosen_edition, edition_before, is_earlier
from diaban.run.declared import declared_spec
from diaban.spec import read_spec
from diaban.spec.editions import EditionSpec
from diaban.spec.text import Text

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def spec():
    return read_spec(DATA / "binh_phuoc")


def edition(key: str, cutoff: date, folder: str | None = None) -> EditionSpec:
    return EditionSpec(key=key, label=Text(vi=key, en=key), kind="mid_year", cutoff=cutoff, folder=folder)


def test_without_a_key_the_edition_of_the_studys_own_cutoff_is_meant(spec) -> None:
    assert chosen_edition(spec, None).key == "2024-mid"
    assert chosen_edition(spec, "2023-end").cutoff == date(2023, 12, 14)


def test_without_an_edition_of_that_day_none_is_meant(spec) -> None:
    others = spec.model_copy(update={"editions": spec.editions[:1]})
    assert chosen_edition(others, None) is None
    assert chosen_edition(read_spec(DATA / "germany_districts"), None) is None


def test_an_edition_that_is_not_declared_is_answered_with_those_that_are(spec) -> None:
    with pytest.raises(DiabanError) as caught:
        chosen_edition(spec, "2022-end")
    assert caught.value.key == "edition_unknown"
    for language in ("vi", "en"):
        assert "2022-end" in caught.value.message(language)
        assert "2023-end, 2024-mid" in caught.value.message(language)


def test_an_edition_is_earlier_by_its_day_or_by_files_of_its_own(spec) -> None:
    end, mid = spec.editions
    assert is_earlier(spec, end)
    assert not is_earlier(spec, mid)
    assert is_earlier(spec, edition("same-day", mid.cutoff, "editions/x"))
    assert is_earlier(spec, edition("day-before", date(2024, 6, 13)))


def test_the_edition_before_is_the_newest_older_one_in_whatever_order_they_stand(spec) -> None:
    end, mid = spec.editions
    older = edition("2022-end", date(2022, 12, 14))
    for order in ([mid, end, older], [older, end, mid], [end, older, mid]):
        all_three = spec.model_copy(update={"editions": order})
        assert edition_before(all_three, mid.cutoff) == end
        assert edition_before(all_three, end.cutoff) == older
        assert edition_before(all_three, older.cutoff) is None
        assert edition_before(all_three, date(2030, 1, 1)) == mid, "also of a study that no edition is of"
    assert edition_before(spec, mid.cutoff) == end, "not one of the same day"


def test_the_declaration_of_an_edition_ends_with_its_cutoff() -> None:
    then = declared_spec(DATA / "binh_phuoc", Choice(edition="2023-end"))
    assert (then.periods.last, then.periods.cutoff) == ("2023", date(2023, 12, 14))
    paths = {source.table: source.path for source in then.sources}
    assert paths["cases"] == "editions/2023-end/cases.csv"
    assert paths["programmes"] == "tables/programmes.csv"
    now = declared_spec(DATA / "binh_phuoc", Choice(edition="2024-mid"))
    assert now == declared_spec(DATA / "binh_phuoc", Choice())


def test_only_an_internal_declaration_hides_nothing() -> None:
    shared, internal = (declared_spec(DATA / "binh_phuoc", Choice(internal=one)) for one in (False, True))
    assert (shared.disclosure.threshold, internal.disclosure.threshold) == (5, 0)
    assert internal.model_copy(update={"disclosure": shared.disclosure}) == shared


def test_an_edition_after_the_studys_cutoff_is_refused(tmp_path: Path) -> None:
    text = (DATA / "binh_phuoc" / "study.toml").read_text("utf-8")
    assert text.count("cutoff = 2024-06-14") == 2
    head, own, rest = text.partition("cutoff = 2024-06-14")
    later = rest.replace("cutoff = 2024-06-14", "cutoff = 2024-12-14", 1)
    (tmp_path / "study.toml").write_text(head + own + later, "utf-8")
    with pytest.raises(DiabanError) as caught:
        declared_spec(tmp_path, Choice(edition="2024-mid"))
    assert caught.value.key == "edition_after_cutoff"
