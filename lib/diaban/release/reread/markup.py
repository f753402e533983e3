"""What HTML and SVG may hold in a release, and how a page hides something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from diaban.release.pages.fragment import script
from diaban.release.reread.contents import Contents

VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr"
})  # fmt: skip
INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "dfn", "em", "i", "kbd", "mark", "output", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "time", "tspan", "u", "var", "wbr"
})  # fmt: skip
"""Elements that do not divide a text: a number must not escape by being written in two of them."""
FORBIDDEN = frozenset({
    "iframe", "frame", "frameset", "object", "embed", "applet", "base", "form", "link", "template",
    "noscript", "audio", "video", "source", "track", "portal", "foreignobject", "image", "animate",
    "set", "slot"
})  # fmt: skip
"""Elements that load, send, keep or replace something."""
GEOMETRY = frozenset({
    "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "points",
    "transform", "viewbox", "width", "height", "patterntransform", "offset", "patternunits", "xmlns",
    "fill", "stroke", "style", "class", "id", "scope", "colspan", "rowspan", "charset", "lang", "dir",
    "hreflang", "type", "for", "clip-path", "stroke-width", "href", "xlink:href", "src",
    "aria-labelledby", "aria-describedby", "tabindex", "headers"
})  # fmt: skip
"""Attributes that place, shape or join elements and are said to nobody."""
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|(?<![-\w])opacity\s*:\s*0(\.0*)?(?![.\d])"
    r"|font-size\s*:\s*0(?![.\d])"
)
_LOADS = re.compile(r"@import|@font-face|url\(\s*['\"]?(?!#|data:)[^)]*\)|expression\s*\(", re.IGNORECASE)
_SAFE_POLICY = {
    "default-src": {"'none'"},
    "style-src": {"'unsafe-inline'", "'none'"},
    "img-src": {"data:", "'none'"},
    "base-uri": {"'none'"},
    "form-action": {"'none'"},
}


class Element(NamedTuple):
    tag: str
    hidden: bool
    figure: int | None


@cache
def own_script() -> str:
    return script().strip()


def hides(attributes: Mapping[str, str]) -> bool:
    """The element is not shown to a reader with a screen."""
    return "hidden" in attributes or bool(_HIDDEN_STYLE.search(attributes.get("style", "").lower()))


def style_faults(contents: Contents, where: str, style: str) -> None:
    """Styles that load something."""
    for found in _LOADS.finditer(style):
        contents.fault(where, "loads", found.group())


def policy_faults(contents: Contents, policies: list[str]) -> None:
    """A page has a policy, each narrower than the one that we write: nothing is loaded, no foreign script."""
    if not policies:
        contents.fault("head", "policy")
    for policy in policies[:1]:
        rules = {words[0]: set(words[1:]) for part in policy.split(";") if (words := part.split())}
        if rules.get("default-src") != {"'none'"}:
            contents.fault("head", "policy", policy)
        for name, sources in rules.items():
            allowed = all(s.startswith("'sha256-") for s in sources) if name == "script-src" else False
            if not allowed and not sources <= _SAFE_POLICY.get(name, {"'none'"}):
                contents.fault("head", "policy", f"{name} {' '.join(sorted(sources))}")
