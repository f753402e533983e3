"""Pages as a reader meets them: pieces of text with what they are about."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

NUMBER = re.compile(r"\d(?:[\d.,]*\d)?%?")


def visible(soup: BeautifulSoup) -> str:
    """All text of a page, accessible names too, a line a piece."""
    return "\n".join(pieces(soup))


def pieces(soup: BeautifulSoup) -> list[str]:
    """Sentences, rows of tables with the figure or heading that they stand under, texts of figures."""
    found = [
        tag_text(tag) for tag in soup.select("title, h1, h2, h3, p, li, dt, dd, summary, figcaption, caption")
    ]
    found += [tag["aria-label"] for tag in soup.select("[aria-label]")]
    found += [tag["alt"] for tag in soup.select("img[alt]")]
    for row in soup.select("tr"):
        found.append(f"{about(row)}: " + " | ".join(tag_text(cell) for cell in row.select("th, td")))
    for figure in soup.select("figure"):
        texts = [tag_text(tag) for tag in figure.select("svg text, svg title, svg desc")]
        found.append(f"{about(figure)}: " + " | ".join(texts))
    return [text for text in found if text]


def about(tag: Tag) -> str:
    """The title of the figure that a table stands behind, or that a figure has; else nothing."""
    block = tag if tag.name == "figure" else tag.find_parent("div")
    title = block.select_one(".diaban-figure-title") if block else None
    return tag_text(title) if title else ""


def tag_text(tag: Tag) -> str:
    """The text of a tag in one line; a link inside a sentence has no spaces of its own."""
    if tag.name == "p":
        return " ".join(tag.get_text().split())
    text, before = "", False
    for string in tag.strings:
        inside = bool({"cell", "term"} & set(string.parent.get("class", [])))
        text += string if inside or before else f" {string}"
        before = inside
    return " ".join(text.split())


def numbers(text: str) -> list[str]:
    return NUMBER.findall(text)


def without_methods(soup: BeautifulSoup) -> list[str]:
    """The pieces before the section on methods."""
    page = BeautifulSoup(str(soup), "html.parser")
    heading = page.select_one("#methods")
    if heading is not None:
        block = heading.find_parent("div", class_="result")
        assert block is not None
        block.decompose()
    return pieces(page)
