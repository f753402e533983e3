"""What stands around a page: its policy, its script, the terms, the switch, the foot of a sheet."""

import base64
import hashlib
import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from diaban.release.pages.fragment import css_string, page, script, texts
from diaban.release.pages.languages import LANGUAGES_HERE, address, with_languages
from diaban.release.pages.maps import clear_breaks, verdict
from diaban.release.pages.terms import Term, explain, of_language

HOSTILE = 'Huyện "X"}</style><script>alert(1)</script> \\ \n \u202e; @import url(//x)'


def made(body="<p>x</p>", title="Huyện Bù Đăng", **options):
    options = {"language": "vi", "simulated": True} | options
    return page(body, title=title, **options)


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


def rates(*rows, reference=10.0):
    frame = pd.DataFrame(rows, columns=["shrunk_rate", "verdict"])
    return frame.assign(reference_rate=reference)


def classes(frame):
    breaks = clear_breaks(frame)
    return [sum(rate >= limit for limit in breaks) for rate in frame["shrunk_rate"].dropna()]


def test_differences_that_mean_nothing_have_one_shade():
    assert len(set(classes(rates((8.0, "similar"), (10.0, "similar"), (14.0, "similar"))))) == 1


def test_clear_differences_have_shades_of_their_own():
    frame = rates((5.0, "below"), (9.0, "similar"), (12.0, "similar"), (20.0, "above"))
    assert classes(frame) == [0, 1, 1, 2]


def test_a_clear_difference_among_unclear_ones_is_not_shaded():
    frame = rates((13.0, "above"), (14.0, "similar"), (30.0, "above"), (9.0, "below"), (8.0, "similar"))
    assert classes(frame) == [1, 1, 2, 1, 1]


def test_many_clear_ones_have_two_shades_a_side():
    frame = rates(*((r, "below") for r in (1, 2, 3, 4)), *((r, "above") for r in (20, 30, 40, 50)))
    assert classes(frame) == [0, 0, 1, 1, 3, 3, 4, 4]


@pytest.mark.parametrize("frame", [rates(), rates((None, ""), (None, ""))])
def test_nothing_shown_has_no_classes(frame):
    assert clear_breaks(frame) == ()


@pytest.mark.parametrize(
    ("rate", "above", "said"),
    [(20.0, 0.99, "above"), (5.0, 0.01, "below"), (20.0, 0.9, "similar"), (10.4, 0.99, "similar"),
     (20.0, None, "similar"), (None, None, "")],
)  # fmt: skip
def test_verdicts(rate, above, said):
    row = pd.Series({"shrunk_rate": rate, "probability_above": above, "reference_rate": 10.0})
    assert verdict(row) == said
