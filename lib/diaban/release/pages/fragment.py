"""Pieces of a page: templates filled in, escaped by default."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined


@dataclass(frozen=True)
class Fragment:
    """A piece of HTML that a notebook cell shows and that the page is made of."""

    html: str

    def _repr_html_(self) -> str:
        return self.html

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
    return files("diaban.release.pages").joinpath("templates/style.css").read_text(encoding="utf-8")


def render(template: str, **fields: object) -> Fragment:
    """The template of this name with `fields`; a missing field is an error."""
    return Fragment(_environment().get_template(f"{template}.html.j2").render(**fields))


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], *, caption: str = "", stack: bool = False
) -> str:
    """A table as HTML; the first cell of a row is its header. `stack`: rows become blocks on a phone."""
    return render("table", columns=columns, rows=rows, caption=caption, stack=stack).html


def page(body: str, *, title: str, language: str, simulated: bool, internal: bool = False) -> str:
    """A whole HTML file around `body`, self-contained, that forbids all loading."""
    return render(
        "shell",
        body=body,
        title=title,
        language=language,
        simulated=simulated,
        internal=internal,
        style=style(),
        text=texts(language),
    ).html
