"""Pieces of a page: templates filled in, escaped by default."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from diaban.release.pages import terms
from diaban.release.pages.languages import LANGUAGES_HERE
from diaban.release.pages.navigation import NAVIGATION_HERE

IN_JUPYTER = (
    "<style>.jp-RenderedHTMLCommon :is(td,th):not(.n){text-align:left;vertical-align:top}"
    ".jp-RenderedHTMLCommon nav a{margin-right:1em}</style>"
)
"""What JupyterLab's own style would otherwise do to a fragment: words to the right, links without a space."""


@dataclass(frozen=True)
class Fragment:
    """A piece of HTML that a notebook cell shows and that the page is made of."""

    html: str

    def _repr_html_(self) -> str:
        return IN_JUPYTER + self.html

    def __add__(self, other: Fragment) -> Fragment:
        return Fragment(self.html + other.html)


@dataclass(frozen=True)
class Column:
    """A column of a printed table; numbers stand to the right."""

    label: str
    number: bool = False


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("diaban.release.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        lstrip_blocks=True,
    )


@cache
def texts(language: str) -> dict:
    """The words of the pages in one language."""
    path = files("diaban.release.pages").joinpath(f"texts/{language}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def style() -> str:
    return _template("style.css")


@cache
def script() -> str:
    """The one script of the pages: search, sort and the memory of a language; all is there without it."""
    return _template("page.js").strip()


@cache
def script_hash() -> str:
    """By which the pages' Content-Security-Policy lets this script run, and no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()}"


def _template(name: str) -> str:
    return files("diaban.release.pages").joinpath(f"templates/{name}").read_text(encoding="utf-8")


def render(template: str, **fields: object) -> Fragment:
    """The template of this name with `fields`; a missing field is an error."""
    return Fragment(_environment().get_template(f"{template}.html.j2").render(**fields))


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], *, caption: str = "", stack: bool = False
) -> str:
    """A table as HTML; the first cell of a row is its header. `stack`: rows become blocks on a phone."""
    return render("table", columns=columns, rows=rows, caption=caption, stack=stack).html


def page(body: str, *, title: str, language: str, simulated: bool, internal: bool = False) -> str:
    """A whole HTML file around `body`, self-contained, that forbids all loading.

    Where a term of the glossary first stands in a paragraph it is explained, and again at the end.
    """
    text = texts(language)
    explained, used = terms.explain(body.replace(IN_JUPYTER, ""), terms.of_language(text))
    marks = [text["simulated"]] if simulated else []
    marks += [text["internal"]] if internal else []
    return render(
        "shell",
        body=explained,
        terms=used,
        title=title,
        language=language,
        languages=LANGUAGES_HERE,
        navigation=NAVIGATION_HERE,
        simulated=simulated,
        internal=internal,
        style=style(),
        sheet_foot=css_string(" · ".join([*marks, title])),
        script=script(),
        script_hash=script_hash(),
        text=text,
    ).html


def css_string(text: str) -> str:
    """`text` as a string of a style sheet: whatever is no letter, digit or space is written by its number,
    and a blank that ends it."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text) + '"'
