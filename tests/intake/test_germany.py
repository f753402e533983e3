"""The German study: official files in their own mess give the published figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from diaban.intake import explain, read_tables
from diaban.places import find_locality
from diaban.spec import read_spec

FOLDER = Path(__file__).parents[2] / "data" / "germany_districts"
RATES = {2014: ("HZ", "erfasste Fälle", "Schlüsselzahl der Tat", "Gemeindeschlüssel")}
RATES |= dict.fromkeys(
    (2015, 2016, 2017), ("HZ nach Zensus", "erfasste Faelle", "Schluesse", "Gemeindeschluessel")
)
RATES |= dict.fromkeys(
    (2018, 2019), ("HZ nach Zensus", "erfasste Faelle", "Schluessel", "Gemeindeschluessel")
)
RATES[2020] = ("Haeufigkeitszahl", "Anzahl erfasste Faelle", "Schluessel", "Gemeindeschluessel")


@pytest.fixture(scope="module")
def spec():
    return read_spec(FOLDER)


@pytest.fixture(scope="module")
def germany(spec):
    return read_tables(spec, FOLDER)


def _published() -> pd.DataFrame:
    """Locality, period, key and published rate, read without any of our intake."""
    pieces = []
    for year, (rate, _, key, place) in RATES.items():
        path = FOLDER / "raw" / "pks" / f"pks_kreise_{year}.csv.gz"
        frame = pd.read_csv(path, sep=";", encoding="latin-1", skiprows=1, dtype="str", keep_default_na=False)
        frame = frame[frame[place].str.len() >= 4]
        rates = frame[rate].str.replace(",", "").astype("float64")
        pieces.append(
            pd.DataFrame(
                {"locality": frame[place].str.zfill(5), "period": str(year), "key": frame[key], "hz": rates}
            )
        )
    return pd.concat(pieces, ignore_index=True)


def test_the_published_rate_of_every_district_year_and_stream_is_reproduced(germany, spec):
    """100,000 x cases / population gives the published HZ to +-1.

    The two districts that Göttingen was made of are added up: the rate of the whole lies between theirs.
    """
    keys = {key: stream.key for stream in spec.streams for key in stream.keys}
    published = _published()
    published = published[published["key"].isin(keys)].assign(stream=lambda f: f["key"].map(keys))
    assert len(published) == 6 * (3 * 402 + 4 * 401)
    counts = germany.tables.counts.merge(
        germany.tables.population, on=["locality", "period"], validate="many_to_one"
    )
    joined = published.merge(counts, on=["locality", "period", "stream"], how="left", validate="one_to_one")
    former = joined["locality"].isin(["03152", "03156"])
    assert former.sum() == 2 * 3 * 6
    assert joined.loc[~former, "cases"].notna().all()
    rate = 1e5 * joined["cases"] / joined["persons"]
    assert ((rate - joined["hz"]).abs()[~former] <= 1).all()
    parts = joined[former].groupby(["period", "stream"])["hz"].agg(["min", "max"])
    merged = counts[(counts["locality"] == "03159") & (counts["period"] <= "2016")]
    whole = merged.join(parts, on=["period", "stream"], validate="one_to_one")
    assert len(whole) == 3 * 6
    assert (1e5 * whole["cases"] / whole["persons"]).between(whole["min"] - 1, whole["max"] + 1).all()


def test_no_row_of_counts_or_population_is_lost(germany):
    assert set(germany.quarantine["table"]) == {"indicators"}
    taken = germany.card.sources.groupby("table")["kept"].sum()
    assert taken["counts"] == 6 * (3 * 402 + 4 * 401)
    assert taken["population"] == 3 * 402 + 4 * 401


def test_districts_of_each_year(germany):
    counts = germany.tables.counts
    assert counts.groupby("period")["locality"].nunique().tolist() == [401] * 7
    places = germany.tables.localities
    assert (places["level"] == "district").sum() == 403
    assert ((places["parent"] == "03") & places["valid_to"].isna()).sum() == 45
    assert not places["locality"].str.fullmatch(r"\d{8}").any()


def test_a_repeated_header_line_is_furniture(germany):
    source = germany.card.sources.query("table == 'counts'").set_index("file")["furniture"]
    assert source["raw/pks/pks_kreise_2015.csv.gz"] == 1
    assert source.sum() == 1


def test_goettingen_is_complete_from_dated_localities(germany):
    tables = germany.tables
    for stream, rows in tables.counts[tables.counts["locality"] == "03159"].groupby("stream"):
        assert rows["period"].tolist() == [str(y) for y in range(2014, 2021)], stream
    robbery = tables.counts.query("locality == '03159' and stream == 'robbery' and period == '2014'")
    assert robbery["cases"].item() == _old_robberies()
    density = tables.indicators.query("locality == '03159' and indicator == 'density'").set_index("period")[
        "value"
    ]
    assert density["2015"] == pytest.approx(density["2016"], rel=0.02)
    dated = tables.localities.set_index("locality")
    assert dated.loc["03152", "valid_to"] == pd.Timestamp("2016-10-31")
    assert not {"03152", "03156"} & set(tables.population["locality"])


def _old_robberies() -> int:
    path = FOLDER / "raw" / "pks" / "pks_kreise_2014.csv.gz"
    frame = pd.read_csv(path, sep=";", encoding="latin-1", skiprows=1, dtype="str")
    rows = frame[
        (frame["Schlüsselzahl der Tat"] == "210000") & frame["Gemeindeschlüssel"].isin(["3152", "3156"])
    ]
    return rows["erfasste Fälle"].astype("int64").sum()


def test_neighbours_of_region_hannover(germany):
    pairs = germany.tables.neighbours
    names = germany.tables.localities.set_index("locality")["name"]
    near = pd.concat([pairs.loc[pairs["a"] == "03241", "b"], pairs.loc[pairs["b"] == "03241", "a"]]).map(
        names
    )
    assert set(near) == {
        "Celle",
        "Gifhorn",
        "Hameln-Pyrmont",
        "Heidekreis",
        "Hildesheim",
        "Nienburg (Weser)",
        "Peine",
        "Schaumburg",
    }
    assert (pairs["a"] < pairs["b"]).all()


def test_names_come_without_their_type_and_without_garbling(germany):
    names = germany.tables.localities.set_index("locality")[["name", "type"]]
    assert names.loc["01003"].tolist() == ["Lübeck", "kreisfreie Stadt"]
    assert names.loc["03241"].tolist() == ["Region Hannover", "Landkreis"]
    assert names.loc["13072"].tolist() == ["Rostock", "Landkreis"]
    assert names.loc["05334"].tolist() == ["Städteregion Aachen", "Städteregion"]
    assert not names.isna().any(axis=None)
    assert not names["name"].str.contains("ï¿½|,").any()


def test_a_district_is_found_as_people_write_it(germany):
    places = germany.tables.localities
    assert find_locality(places, "gottingen", level="district") == "03159"
    assert find_locality(places, "Landkreis Rostock", level="district") == "13072"


def test_streams_are_compared_under_their_newest_definition_only(spec):
    years = [str(y) for y in range(2014, 2021)]
    assert spec.stream("burglary").comparable(years) == ["2018", "2019", "2020"]
    assert spec.stream("violent_crime").comparable(years) == ["2018", "2019", "2020"]
    assert spec.stream("robbery").comparable(years) == years


def test_a_label_that_is_not_declared_is_refused_by_name(tmp_path):
    folder = tmp_path / "germany"
    shutil.copytree(FOLDER, folder)
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('label = "Sachbeschädigung §§ 303-305a StGB"', 'label = "Sachbeschädigung"'), "utf-8"
    )
    result = read_tables(read_spec(folder), folder)
    assert "criminal_damage" not in set(result.tables.counts["stream"])
    refused = result.quarantine.query("table == 'counts'")
    assert set(refused["reason"]) == {"intake_row_other_definition"}
    assert len(refused) == 3 * 402 + 4 * 401
    sentence = explain(refused.head(1), "vi").iloc[0]
    assert "Sachbeschädigung §§ 303-305a StGB" in sentence
    assert "pks_kreise_2014.csv.gz, dòng" in sentence


def test_more_cleared_than_recorded_is_legitimate(germany):
    counts = germany.tables.counts
    assert (counts["cleared"] > counts["cases"]).any()
    assert (counts["suspects_male"] + counts["suspects_female"] == counts["suspects"]).all()


def test_former_districts_of_the_census_are_named(germany):
    refused = germany.quarantine
    assert refused["reason"].tolist() == ["intake_row_unknown_locality"] * len(refused)
    assert refused["value"].str.startswith("13").all()


def test_no_indicator_of_nationality(germany, spec):
    assert len(spec.indicators) == 7
    assert set(germany.tables.indicators["indicator"]) == {i.key for i in spec.indicators}


def test_raw_files_are_named_with_source_and_licence(germany):
    sources = germany.card.sources
    assert (sources[["citation_vi", "citation_en"]] != "").all(axis=None)
    assert sources["licence"].str.contains("dl-de/by-2-0").all()
