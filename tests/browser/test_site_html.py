"""Files of a site as they are written: sound HTML, links that lead somewhere, light, both languages."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from watched import opened

from diaban.release.pages.navigation import PARTS

HEAVIEST = 1_000_000
VOID = {"meta", "br", "input", "img", "hr", "col", "wbr"}


class Written(HTMLParser):
    """The tree as the file writes it: each element with the one it stands in, and what is wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.ids: Counter[str] = Counter()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pairs[(self.open[-1] if self.open else "", tag)] += 1
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.wrong.append(f"an attribute twice on <{tag}>")
        self.ids.update(value or "" for name, value in attrs if name == "id")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")


def written(path: Path) -> Written:
    parser = Written()
    parser.feed(path.read_text("utf-8"))
    parser.close()
    return parser


BUILT = """() => [...document.querySelectorAll("*")]
    .map(e => [e.parentElement?.localName ?? "", e.localName].join(">").toLowerCase())"""


def test_the_browser_builds_the_tree_that_is_written(browser, made_run):
    """Whatever is out of place (a block in a paragraph, a cell without a row) a browser moves or closes."""
    with opened(browser, javascript=False) as watched:
        for language, path, _ in made_run.html():
            tree = written(path)
            where = (language, path.name)
            assert tree.wrong == [], where
            assert tree.open == [], where
            assert [name for name, times in tree.ids.items() if times > 1 or not name] == [], where
            watched.open(path)
            built = Counter(tuple(pair.split(">")) for pair in watched.page.evaluate(BUILT))
            assert built == tree.pairs, (where, built - tree.pairs, tree.pairs - built)
            assert watched.page.evaluate("document.compatMode") == "CSS1Compat", where


@pytest.mark.parametrize(
    "spoiled",
    [
        "<p>a<div>b</div></p>",
        "<table><tr><td>1</td></tr></table>",
        "<ul><li>a</ul>",
        '<i id="x" id="x">a</i>',
    ],
)
def test_what_is_out_of_place_is_seen(browser, tmp_path, spoiled):
    path = tmp_path / "page.html"
    path.write_text(
        f'<!doctype html><html lang="en"><head><title>x</title></head><body>{spoiled}</body></html>', "utf-8"
    )
    tree = written(path)
    with opened(browser, javascript=False) as watched:
        watched.open(path)
        built = Counter(tuple(pair.split(">")) for pair in watched.page.evaluate(BUILT))
    assert tree.wrong or tree.open or built != tree.pairs


def test_every_link_leads_somewhere_inside_the_site(made_run):
    site = (made_run.path / "site").resolve()
    ids = {path: {tag["id"] for tag in soup.select("[id]")} for _, path, soup in made_run.html()}
    reached = {site / "index.html"}
    for language, path, soup in made_run.html():
        for link in soup.select("a[href]"):
            address = urlsplit(link["href"])
            where = (language, path.name, link["href"])
            assert not address.scheme, where
            assert not address.netloc, where
            target = (path.parent / unquote(address.path)).resolve() if address.path else path.resolve()
            assert target.is_relative_to(site), where
            assert target.is_file(), where
            reached.add(target)
            if address.fragment:
                [found] = [known for known in ids if known.resolve() == target]
                assert address.fragment in ids[found], where
    assert reached == {path.resolve() for path in ids}, "no page that nothing leads to"


def test_the_switch_is_on_every_page_and_goes_both_ways(made_run):
    first, second = made_run.spec.study.languages
    for language, path, soup in made_run.html():
        [link] = soup.select(".languages a")
        other = second if language == first else first
        assert (link["hreflang"], link["lang"]) == (other, other), path
        target = (path.parent / link["href"]).resolve()
        assert target == (made_run.site(other) / path.name).resolve()
        back = BeautifulSoup(target.read_text("utf-8"), "html.parser").select_one(".languages a")
        assert (target.parent / back["href"]).resolve() == path.resolve()
        assert soup.select_one(".languages strong")["lang"] == soup.html["lang"] == language


def test_the_way_through_the_site_is_the_same_on_every_page(made_run):
    """Pages on all localities first, everywhere; then those of the locality; the page itself is marked."""
    for language, path, soup in made_run.html():
        [navigation] = soup.select("nav.site")
        links = [(a["href"], a.get_text()) for a in navigation.select("a")]
        assert [href for href, _ in links[: len(PARTS)]] == list(PARTS), (language, path.name)
        assert [a["href"] for a in navigation.select("a[aria-current]")] == [path.name], language
        assert all((path.parent / href).is_file() and label for href, label in links), path.name
        own = {href.removesuffix(".html").removesuffix("-monitoring") for href, _ in links[len(PARTS) :]}
        about_all = path.name in PARTS
        assert own == (set() if about_all else {path.stem.removesuffix("-monitoring")}), path.name


def test_no_page_is_heavy(made_run):
    for language, path, _ in made_run.html():
        assert path.stat().st_size <= HEAVIEST, (language, path.name)


def test_terms_are_explained_once_and_all_that_are_explained_stand_at_the_end(made_run):
    for language, path, soup in made_run.html():
        used = [link["href"].removeprefix("#") for link in soup.select("a.term")]
        listed = [tag["id"] for tag in soup.select(".terms dl > div")]
        assert len(used) == len(set(used)), (language, path.name)
        assert sorted(used) == sorted(listed), (language, path.name)
        for link in soup.select("a.term"):
            meaning = soup.select_one(f"{link['href']} dd").get_text()
            assert link["title"] == meaning, (language, path.name)
        if path.name == "index.html":
            assert {"term-rate", "term-likely"} <= set(used), language
