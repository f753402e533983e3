"""What stands around a page: its policy, its script, the terms, the switch, the foot of a sheet."""

import base64
import hashlib
import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from diaban.release.pages.fragment import Fragment, css_string, page, script, texts
from diaban.release.pages.languages import LANGUAGES_HERE, address, with_languages
from diaban.release.pages.maps import verdict
from diaban.release.pages.names import monitoring_name, page_name
from diaban.release.pages.navigation import NAVIGATION_HERE, PARTS, Entry, entries, with_navigation
from diaban.release.pages.terms import Term, explain, of_language

HOSTILE = 'Huyện "X"}</style><script>alert(1)</script> \\ \n \u202e; @import url(//x)'


def made(body="<p>x</p>", title="Huyện Bù Đăng", **options):
    options = {"language": "vi", "simulated": True} | options
    return page(body, title=title, **options)


def test_what_a_fragment_brings_for_jupyter_is_in_no_page():
    """There the words of its tables stand left and its links apart; the page has a style of its own."""
    shown = Fragment("<nav><a>x</a><a>y</a></nav>")._repr_html_()
    assert shown != "<nav><a>x</a><a>y</a></nav>"
    assert made(f"{shown}<p>and</p>{shown}").count(".jp-") == 0
    assert made(shown) == made("<nav><a>x</a><a>y</a></nav>")


@pytest.mark.parametrize("name", ["Phước Long", "x" * 10_000, "ấp Ђ " * 90, "中" * 300])
def test_a_file_is_called_by_name_and_code_and_its_name_is_never_too_long(name):
    """Beside it stand its monitoring file and, while it is written, one that begins with a dot."""
    file = page_name(name, "697")
    assert file.endswith("-697.html")
    assert len(f".{monitoring_name(file)}.1234567.tmp".encode()) <= 255
    assert page_name("Phước Long", "697") == "phuoc-long-697.html"


def test_the_policy_names_the_one_script_and_nothing_else():
    soup = BeautifulSoup(made(), "html.parser")
    policy = soup.select_one("meta[http-equiv='Content-Security-Policy']")["content"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    [own] = soup.select("script")
    digest = base64.b64encode(hashlib.sha256(own.string.encode()).digest()).decode()
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert (rules["base-uri"], rules["form-action"]) == ("'none'", "'none'")
    assert "http" not in policy
    assert own.attrs == {}


def test_the_script_sends_and_loads_nothing():
    assert not re.search(
        r"fetch|XMLHttp|WebSocket|sendBeacon|import\(|eval|innerHTML|document\.write|cookie|https?:", script()
    )


def test_a_hostile_title_stays_a_title():
    html = made(title=HOSTILE)
    soup = BeautifulSoup(html, "html.parser")
    assert soup.title.get_text().startswith(HOSTILE.split("\n")[0])
    assert len(soup.select("script")) == 1
    assert len(soup.select("style")) == 1
    foot = re.search(r"@bottom-left\{content:(.*?)\}\}</style>", html)[1]
    assert re.fullmatch(r'"[^"\\<>{}]*(?:\\[0-9a-f]+ [^"\\<>{}]*)*"', foot)


@pytest.mark.parametrize("text", ["Bù Đăng", 'a"b', "a\\b", "a\nb", "</style>", "·", ""])
def test_a_css_string_reads_back(text):
    inside = css_string(text)[1:-1]
    assert re.sub(r"\\([0-9a-f]+) ", lambda m: chr(int(m[1], 16)), inside) == text


def test_marks_stand_at_the_foot_of_every_sheet():
    foot = css_string("Dữ liệu mô phỏng / Simulated data")[1:-1]
    assert foot in made()
    assert foot not in made(simulated=False)
    assert css_string("Lưu hành nội bộ")[1:-1] in made(simulated=False, internal=True)


TERMS = [
    Term("rate", "Rate", "Cases per year.", ["rate", "rates"]),
    Term("estimated", "Estimated rate", "Drawn to the middle.", ["estimated rate"]),
    Term("quoted", "Q & A", 'Says "x" & <y>.', ["q & a"]),
]


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ("<p>The rate and the rate.</p>", ["rate"]),
        ("<p>RATES</p>", ["rate"]),
        ("<p>an estimated rate, a rate</p>", ["rate", "estimated"]),
        ("<p>separate, rated</p>", []),
        ("<h2>rate</h2><ul><li><p>rate</p></li></ul><table><tr><td>rate</td></tr></table>", []),
        ('<p><a href="#x">rate</a> <b>rate</b></p>', ["rate"]),
        ('<figure><p>rate</p><svg aria-label="rate"><text>rate</text></svg></figure>', []),
        ('<p data-x="rate">none here</p>', []),
        ("<p>Q &amp; A</p>", ["quoted"]),
        ("", []),
    ],
)
def test_where_terms_are_explained(body, keys):
    html, used = explain(body, TERMS)
    assert [term.key for term in used] == keys
    assert html.count('class="term"') == len(keys)
    plain = BeautifulSoup(html, "html.parser")
    for link in plain.select("a.term"):
        link.unwrap()
    assert str(plain) == str(BeautifulSoup(body, "html.parser")), "nothing else of the page changes"


def test_a_meaning_is_escaped():
    html, _ = explain("<p>q &amp; a</p>", TERMS)
    assert BeautifulSoup(html, "html.parser").select_one("a")["title"] == 'Says "x" & <y>.'


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_glossary_has_a_meaning_for_each_of_its_words(language):
    text = texts(language)
    assert set(text["glossary_words"]) == set(text["glossary"])
    terms = of_language(text)
    words = [word for term in terms for word in term.words]
    assert len(words) == len(set(words))
    assert all(term.meaning.endswith(".") and term.name for term in terms)


@pytest.mark.parametrize(
    ("here", "there", "href"),
    [("vi", "en", "en/x.html"), ("en", "vi", "../x.html"), ("en", "de", "../de/x.html")],
)
def test_addresses_of_the_other_language(here, there, href):
    assert address("x.html", from_language=here, to_language=there, languages=["vi", "en", "de"]) == href


def test_no_switch_where_there_is_nothing_to_switch_to():
    html = made()
    assert html.count(LANGUAGES_HERE) == 1
    assert 'languages"' not in with_languages(html, "vi", {}).replace(script(), "")
    both = BeautifulSoup(with_languages(html, "vi", {"en": "en/x.html"}), "html.parser")
    assert both.select_one(".languages a").get_text() == "English"


LED = [Entry("index.html", "Các địa bàn"), Entry("a-1.html", 'Huyện "A" & <B>')]


@pytest.mark.parametrize("here", ["index.html", "a-1.html", "b-2.html"])
def test_the_way_through_the_site_marks_the_page_one_is_on(here):
    soup = BeautifulSoup(with_navigation(made(), "Các trang", here, LED), "html.parser")
    [navigation] = soup.select("nav.site")
    assert navigation["aria-label"] == "Các trang"
    assert [(a["href"], a.get_text()) for a in navigation.select("a")] == [(e.href, e.label) for e in LED]
    current = [a["href"] for a in navigation.select("a[aria-current=page]")]
    assert current == ([here] if here != "b-2.html" else [])


def test_a_page_has_one_place_for_it_and_every_part_has_a_name():
    assert made().count(NAVIGATION_HERE) == 1
    for language in ("vi", "en"):
        found = entries(texts(language), "tỉnh", LED[1:])
        assert [entry.href for entry in found] == [*PARTS, "a-1.html"]
        assert all(entry.label and "{" not in entry.label for entry in found)


@pytest.mark.parametrize(
    ("rate", "above", "said"),
    [(20.0, 0.99, "above"), (5.0, 0.01, "below"), (20.0, 0.9, "similar"), (10.4, 0.99, "similar"),
     (20.0, None, "similar"), (None, None, "")],
)  # fmt: skip
def test_verdicts(rate, above, said):
    row = pd.Series({"shrunk_rate": rate, "probability_above": above, "reference_rate": 10.0})
    assert verdict(row) == said
