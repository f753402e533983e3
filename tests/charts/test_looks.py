"""Maps by how places stand to the whole: three looks, no limit, nothing told of what is hidden."""

from __future__ import annotations

import re
from itertools import combinations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from diaban import charts
from diaban.charts.looks import BY_STANDING
from diaban.charts.style import INK, PAPER, RAMP

LEGEND = {"vi": ("cao hơn rõ rệt", "thấp hơn rõ rệt"), "en": ("clearly above", "clearly below")}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rates(*said: str) -> pd.DataFrame:
    frame = pd.DataFrame({"locality": list("abcdef")[: len(said)], "verdict": said})
    return frame.assign(shrunk_rate=[7.25 * (n + 1) for n in range(len(said))], hidden=False)


def places(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "locality": list("abcdef")[:count],
            "name": ["Anh", "Bình", "Chi", "Dũng", "Ông", "Phước"][:count],
            "latitude": [10.0 + n for n in range(count)],
            "longitude": [100.0 + n * n for n in range(count)],
        }
    )


def schematic(values: pd.DataFrame, language: str = "vi") -> str:
    neighbours = pd.DataFrame({"a": ["a"], "b": ["b"]})
    return charts.schematic_map(
        places(len(values)), neighbours, values, simulated=False, language=language, standing="verdict"
    ).svg()


def choropleth(values: pd.DataFrame) -> str:
    shapes = gpd.GeoDataFrame(
        {"locality": values["locality"]}, geometry=[box(n, 0, n + 1, 1) for n in range(len(values))]
    )
    return charts.choropleth(shapes, values, simulated=False, standing="verdict").svg()


def texts(svg: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<text[^>]*>(.*?)</text>", svg)]


def test_text_is_read_on_every_look_and_every_shade() -> None:
    for name, look in BY_STANDING.items():
        assert contrast(look.ink, PAPER if look.patterned else look.fill) >= 4.5, name
    for shade in RAMP[:4]:
        assert contrast(INK, shade) >= 4.5, shade
    assert contrast(PAPER, RAMP[4]) >= 4.5


def test_looks_differ_without_their_hue() -> None:
    """In a grey print: by 3 to 1 in lightness, or by a pattern that has 3 to 1 to its ground."""
    for (one, a), (other, b) in combinations(BY_STANDING.items(), 2):
        apart = contrast(a.fill, b.fill) >= 3
        patterned = a.hatch != b.hatch and max(contrast(x.hatch_ink, x.fill) for x in (a, b) if x.hatch) >= 3
        assert apart or patterned, (one, other)
    assert len({look.sign for look in BY_STANDING.values()}) == 3


@pytest.mark.parametrize("draw", [schematic, choropleth])
def test_the_key_has_words_and_no_limit(draw) -> None:
    values = rates("above", "similar", "below", "")
    values.loc[3, ["hidden", "shrunk_rate"]] = [True, None]
    key = [text for text in texts(draw(values)) if re.search("rõ rệt|mức chung|không công bố", text)]
    assert len(key) == 4
    assert not any(re.search(r"\d", text) for text in key)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_key_names_what_occurs(language: str) -> None:
    above, below = LEGEND[language]
    found = " ".join(texts(schematic(rates("similar", "above", "similar"), language)))
    assert above in found
    assert below not in found


def test_a_hidden_place_tells_nothing_of_how_it_stands() -> None:
    def hidden(said: str) -> str:
        values = rates("similar", said)
        values.loc[1, "hidden"] = True
        return re.sub(r"d[0-9a-f]{8}", "", schematic(values) + choropleth(values))

    assert hidden("above") == hidden("below") == hidden("similar")
    assert "▲" not in hidden("above")


def test_places_that_are_alike_look_alike_whatever_their_numbers() -> None:
    values = rates("similar", "similar", "similar")
    fills = re.findall(r"fill:\s*(#[0-9a-f]{6})", choropleth(values))
    assert fills.count(RAMP[0]) >= 1
    assert not {RAMP[2], RAMP[4]} & set(fills)
