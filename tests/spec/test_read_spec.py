"""A broken study.toml is answered with file, key and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from diaban.errors import DiabanError
from diaban.spec import read_spec
from diaban.spec.discover import find_study, studies
from diaban.spec.read import nearest

GERMANY = Path(__file__).parents[2] / "data" / "germany_districts"


@pytest.fixture
def spoilt(tmp_path: Path):
    """Write the German study.toml with one place changed; give the error that reading it raises."""
    text = (GERMANY / "study.toml").read_text(encoding="utf-8")

    def read(old: str, new: str) -> DiabanError:
        assert old in text
        (tmp_path / "study.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(DiabanError) as caught:
            read_spec(tmp_path)
        assert "study.toml" in caught.value.message("vi")
        assert "study.toml" in caught.value.message("en")
        return caught.value

    return read


def test_a_study_is_read():
    spec = read_spec(GERMANY)
    assert [s.key for s in spec.streams][:2] == ["violent_crime", "bodily_harm"]
    assert spec.top_level == "country"


def test_broken_toml_names_line_and_column(spoilt):
    error = spoilt('key = "germany_districts"', "key = germany_districts")
    assert error.key == "spec_broken_toml"
    assert error.fields["line"] == "5"
    assert "column" in error.message("en")
    assert "dòng 5" in error.message("vi")


def test_toml_that_ends_too_early_names_the_last_line(tmp_path):
    (tmp_path / "study.toml").write_text("[study]\nlist = [1,", encoding="utf-8")
    with pytest.raises(DiabanError) as caught:
        read_spec(tmp_path)
    assert caught.value.fields["line"] == "2"


@pytest.mark.parametrize(
    ("old", "new", "key", "at", "right"),
    [
        ('population = "everyone"\n', "", "spec_missing_key", "streams[1].population", ""),
        ("simulated = false", "simulatd = false", "spec_unknown_key", "study.simulatd", "simulated"),
        ("pad = 5", "padd = 5", "spec_unknown_key", "padd", "pad"),
        ("simulated = false", 'simulated = "maybe"', "spec_wrong_value", "study.simulated", "true or false"),
        ("cutoff = 2020-12-31", 'cutoff = "soon"', "spec_wrong_value", "periods.cutoff", "2024-06-30"),
        (
            'higher_is = "better"',
            'higher_is = "good"',
            "spec_wrong_value",
            "indicators[1].higher_is",
            "'worse'",
        ),
        ('table = "counts"', 'table = "count"', "spec_wrong_value", "sources[6].table", "'counts'"),
        ('report = "2018-2020"', 'report = "2019"', "spec_not_declared", "periods.report", "2015-2017"),
        (
            'population = "everyone"',
            'population = "all"',
            "spec_not_declared",
            "streams.population",
            "everyone",
        ),
        (
            "pad = 5",
            "pad = 5, ratio = ['a', 'b']",
            "spec_two_origins",
            "sources[4].columns.locality",
            "ratio",
        ),
        (r"'DG|\d{2}'", "'DG|('", "spec_bad_pattern", "sources[1]", "regular expression"),
    ],
)
def test_a_wrong_key_is_named_with_what_is_right(spoilt, old, new, key, at, right):
    error = spoilt(old, new)
    assert error.key == key
    for language in ("vi", "en"):
        assert at in error.message(language)
    assert right in error.message("en")


def test_a_weaker_threshold_needs_a_reason(spoilt):
    error = spoilt("[populations.everyone]", "[disclosure]\nthreshold = 3\n\n[populations.everyone]")
    assert error.key == "spec_weak_threshold"
    assert "disclosure.reason" in str(error)


def test_no_file(tmp_path):
    with pytest.raises(DiabanError, match=r"study\.toml") as caught:
        read_spec(tmp_path)
    assert caught.value.key == "spec_file_missing"


def test_an_empty_file_misses_its_first_key(tmp_path):
    (tmp_path / "study.toml").touch()
    with pytest.raises(DiabanError) as caught:
        read_spec(tmp_path)
    assert caught.value.key == "spec_missing_key"
    assert caught.value.fields["at"] == "study"


def test_wrong_encoding(tmp_path):
    (tmp_path / "study.toml").write_bytes('title = "Göttingen"'.encode("latin-1"))
    with pytest.raises(DiabanError) as caught:
        read_spec(tmp_path)
    assert caught.value.key == "spec_not_utf8"


def _study(folder: Path, name: str) -> None:
    (folder / "data" / name).mkdir(parents=True)
    (folder / "data" / name / "study.toml").touch()


def test_studies_are_found_upwards_by_name_and_by_path(tmp_path, monkeypatch):
    monkeypatch.delenv("DIABAN_DATA", raising=False)
    for name in ("binh_an", "dong_hai"):
        _study(tmp_path, name)
    below = tmp_path / "notebooks" / "deep"
    below.mkdir(parents=True)
    assert list(studies(below)) == ["binh_an", "dong_hai"]
    assert find_study("binh_an", below) == tmp_path.resolve() / "data" / "binh_an"
    assert find_study(tmp_path / "data" / "binh_an") == tmp_path / "data" / "binh_an"


def test_an_unknown_study_is_answered_with_the_nearest(tmp_path, monkeypatch):
    monkeypatch.delenv("DIABAN_DATA", raising=False)
    _study(tmp_path, "binh_an")
    with pytest.raises(DiabanError) as caught:
        find_study("bin_an", tmp_path)
    assert caught.value.key == "spec_unknown_study"
    assert "binh_an" in caught.value.message("vi")


def test_the_environment_names_the_folder(tmp_path, monkeypatch):
    _study(tmp_path, "only")
    monkeypatch.setenv("DIABAN_DATA", str(tmp_path / "data"))
    assert list(studies("/")) == ["only"]
    monkeypatch.setenv("DIABAN_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DiabanError, match="DIABAN_DATA"):
        studies()


def test_no_studies_anywhere(tmp_path, monkeypatch):
    monkeypatch.delenv("DIABAN_DATA", raising=False)
    with pytest.raises(DiabanError) as caught:
        studies(tmp_path)
    assert caught.value.key == "spec_no_studies"


def test_nearest_gives_all_where_nothing_is_near():
    assert nearest("zzz", ["alpha", "beta"]) == "alpha, beta"
    assert nearest("Alpa", ["alpha", "beta"]) == "alpha"


BINH_PHUOC = GERMANY.parent / "binh_phuoc"


@pytest.mark.parametrize(
    ("old", "new", "path", "unknown"),
    [
        ('similar_by = ["poor_households"', 'similar_by = ["rain"', "places.similar_by", "rain"),
        ('key = "group_offending"\n', 'key = "other"\n', "", ""),
        ('stream = "u18_offending"\noutcome', 'stream = "theft"\noutcome', "configurations.stream", "theft"),
    ],
)
def test_what_similarity_and_configurations_name_is_declared(tmp_path, old, new, path, unknown):
    text = (BINH_PHUOC / "study.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "study.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    if not unknown:
        assert [c.key for c in read_spec(tmp_path).configurations] == ["serious_abuse", "other"]
        return
    with pytest.raises(DiabanError) as caught:
        read_spec(tmp_path)
    assert path in str(caught.value)
    assert unknown in str(caught.value)


def test_a_weight_below_zero_is_refused(tmp_path):
    text = (BINH_PHUOC / "study.toml").read_text(encoding="utf-8")
    (tmp_path / "study.toml").write_text(text.replace("excess = 1.0", "excess = -1.0", 1), encoding="utf-8")
    with pytest.raises(DiabanError, match="priority"):
        read_spec(tmp_path)
