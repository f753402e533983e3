"""The head of a page on the whole: its title and a list of its sections."""

from __future__ import annotations

import re
from html import unescape

from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Fragment, render

_SECTION = re.compile(r'<h2 id="([^"]+)"[^>]*>([^<]+)</h2>')


def head_of_whole(c: PageContext, title: str, body: Fragment, *, lead: str = "") -> Fragment:
    """Title, subject, what the page is about, and a link to each section of `body` that has an anchor."""
    nav = [(anchor, unescape(heading)) for anchor, heading in _SECTION.findall(body.html)]
    subject = c.spec.study.title[c.language]
    return render("head_of_whole", text=c.text, title=title, subject=subject, nav=nav, lead=lead)
