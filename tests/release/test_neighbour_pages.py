"""Where a locality's own count is hidden, its page says what its hidden neighbours have together."""

import pytest
from bs4 import BeautifulSoup
from page_text import pieces

from diaban.release.cube import Cube
from diaban.release.pages.locality import LocalityPage

SAID = {
    "vi": "Gộp với địa bàn lân cận ({others}, cũng không công bố riêng): 9 vụ",
    "en": "Together with its neighbours ({others}, not shown alone either): 9 cases",
}
OTHERWISE = {"vi": "Gộp với {others}: 9 vụ", "en": "Together with {others}: 9 cases"}


def situation(run, cube: Cube, locality: str, language: str) -> str:
    page = LocalityPage(run.spec, cube, locality, period=run.spec.periods.report, language=language)
    return "\n".join(pieces(BeautifulSoup(page.situation().html, "html.parser")))


@pytest.fixture(scope="module")
def together(binh_phuoc_run):
    """Two localities of the row of all hidden ones, of the reported block."""
    rows = binh_phuoc_run.cube["rates_together"]
    rows = rows[(rows["stream"] == "child_abuse") & (rows["period"] == binh_phuoc_run.spec.periods.report)]
    return rows.assign(cases=9)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("touching", [True, False])
def test_a_group_is_said_on_the_pages_of_its_localities_alone(binh_phuoc_run, together, language, touching):
    run = binh_phuoc_run
    first, second, *others = together["localities"].iloc[0].split(";")
    group = together.assign(localities=f"{first};{second}", touching=touching)
    cube = Cube({**run.cube.frames, "rates_together": together, "rates_neighbours": group}, run.cube.facts)
    names = run.cube["localities"].set_index("locality")["name"]
    said = situation(run, cube, first, language)
    sentence = (SAID if touching else OTHERWISE)[language]
    assert sentence.split("{others}")[0] in said
    assert sentence.split("{others}")[1] in said
    assert names[second] in said
    assert not any(names[code] in said for code in others), "not the localities of other groups"
    elsewhere = situation(run, cube, others[0], language)
    assert SAID[language].split("{others}")[0] not in elsewhere, "it falls back on all hidden ones"
    assert OTHERWISE[language].split("{others}")[0] in elsewhere
