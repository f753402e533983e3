"""No page in one language has words left over from the other."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from page_text import pieces

from diaban.release.exports import mark

VIETNAMESE = re.compile(
    "[ăâđêôơưạảãằắặẳẵầấậẩẫẹẻẽềếệểễịỉĩọỏõồốộổỗờớợởỡụủũừứựửữỳỵỷỹàèìòùáéíóúý]", re.IGNORECASE
)
ENGLISH = re.compile(
    r"\b(?:the|and|of|with|for|is|are|was|from|not|cases?|locality|localities|shown|likely|between"
    r"|reports?|reported|rate|data|table|districts?|borders|list|census|above|below)\b",
    re.IGNORECASE,
)
DOCUMENT = re.compile(r"\b\d+/[\w-]+")
"""The number of an official document is the same in every language."""
INITIALS = re.compile(r"(?<![^\s|])[A-ZĐ]{2,3}[a-z]?(?![^\s|])")
"""Short labels of places in a schematic."""


def leftovers(soup: BeautifulSoup, language: str, names: list[str]) -> list[str]:
    """Pieces of text with words of the other language; names of places do not count."""
    for other in soup.select(".languages, .mark"):
        other.decompose()
    wrong, found = (ENGLISH if language == "vi" else VIETNAMESE), []
    for piece in pieces(soup):
        text = DOCUMENT.sub("", piece)
        for name in names:
            text = text.replace(name, "")
        if language == "en":
            text = INITIALS.sub("", text)
        if wrong.search(text):
            found.append(piece[:160])
    return found


@pytest.fixture(scope="module")
def names(made_run) -> list[str]:
    """Names of places and their words, the mark, and its two halves as a figure breaks it."""
    places = [str(name) for name in made_run.cube["localities"]["name"]]
    words = {word for place in places for word in place.split()}
    told = mark(made_run.spec) or ""
    marks = {told, *told.split(" / ")} - {""}
    return sorted({*places, *words, *marks, "Bình Phước"}, key=len, reverse=True)


def test_no_page_has_words_of_the_other_language(made_run, names) -> None:
    for language, path, soup in made_run.html():
        assert leftovers(soup, language, names) == [], (language, path.name)


@pytest.mark.parametrize(
    ("language", "html"),
    [
        ("vi", "<table><tr><th>Danh mục địa bàn / list of localities</th></tr></table>"),
        ("en", "<table><tr><th>List of localities / Danh mục địa bàn</th></tr></table>"),
        ("vi", "<p>Số vụ, not shown</p>"),
        ("en", "<figure><svg aria-label='Không công bố'></svg></figure>"),
    ],
)
def test_a_leftover_is_found(language, html) -> None:
    assert leftovers(BeautifulSoup(html, "html.parser"), language, ["Bù Đăng"])


def test_a_name_and_a_document_are_no_leftover() -> None:
    soup = BeautifulSoup("<p>Bù Đăng, Plan 17/KH-BCĐ</p>", "html.parser")
    assert leftovers(soup, "en", ["Bù Đăng"]) == []
