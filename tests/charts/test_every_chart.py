"""Laws that every chart keeps, whatever it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from chart_frames import LABELS, MAKERS, MARKUP

from diaban.charts import Chart
from diaban.charts.measure import text_width

MARK = "Dữ liệu mô phỏng / Simulated data"
SVG = "{http://www.w3.org/2000/svg}"
Make = Callable[..., Chart]


@pytest.fixture(params=sorted(MAKERS))
def make(request: pytest.FixtureRequest) -> Callable[..., Chart]:
    """A maker of one kind of chart: make(n rows, secret=value of the hidden row, **options)."""

    def maker(n: int = 5, *, secret: float = 0.7391, simulated: bool = True, **options: object) -> Chart:
        return MAKERS[request.param](n, secret, simulated=simulated, labels=LABELS, **options)

    maker.kind = request.param  # type: ignore[attr-defined]
    return maker


def words(svg: str) -> str:
    """All text of a figure as it is read: one line a text element, joined."""
    return " ".join("".join(e.itertext()) for e in ElementTree.fromstring(svg).iter(f"{SVG}text"))


def size_of(element: ElementTree.Element, root: ElementTree.Element) -> float:
    """The size of a text, its own or else that of its figure."""
    own = re.search(r"font-size:([\d.]+)px", element.attrib["style"])
    return float((own or re.search(r"font-size:([\d.]+)px", root.attrib["style"]))[1])  # type: ignore[index]


def test_svg_is_responsive_named_and_alone(make: Make) -> None:
    chart = make()
    root = ElementTree.fromstring(chart.svg())
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox")
    assert {"width", "height"}.isdisjoint(root.attrib)
    assert root.get("role") == "img"
    assert root.get("aria-label") == chart.alt
    assert chart.alt.strip()
    assert not list(root.iter(f"{SVG}style")), "a style rule would reach out into the page"
    loads = re.findall(r"""(?:href|src|url\()\s*=?\s*["']?([^"')\s]+)""", chart.svg())
    assert all(target.startswith("#") for target in loads)
    assert chart.svg().replace("http://www.w3.org/2000/svg", "").count("http") == 0


def test_every_reference_has_its_mark(make: Make) -> None:
    svg = make(9).svg()
    ids = set(re.findall(r' id="([^"]+)"', svg))
    assert set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg)) == ids


def test_the_simulated_mark_comes_and_goes_with_the_flag(make: Make) -> None:
    assert MARK in words(make(simulated=True).svg())
    assert "Simulated" not in make(simulated=False).svg()
    assert "mô phỏng" not in make(simulated=False).svg()


@pytest.mark.parametrize("n", [3, 5, 25])
def test_a_hidden_number_leaves_no_trace(make: Make, n: int) -> None:
    """The hidden row carries a number; whichever it is, not one byte of what is published changes."""
    one, other = make(n, secret=0.7391), make(n, secret=4444.0)
    assert one.svg() == other.svg()
    assert one.alt == other.alt
    assert "0.7391" not in one.svg()
    if one.table is not None:
        assert one.table.equals(other.table)
        assert not one.table.isin([0.7391]).any(axis=None)


def test_a_hidden_number_is_named_as_hidden(make: Make) -> None:
    if make.kind == "locator":  # type: ignore[attr-defined]
        pytest.skip("a locator shows no numbers")
    assert "không công bố" in words(make(8).svg())


@pytest.mark.parametrize("n", [0, 1, 2, 11, 45])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_any_number_of_rows(make: Make, n: int, language: str) -> None:
    chart = make(n, language=language)
    root = ElementTree.fromstring(chart.svg())
    height = float(root.attrib["viewBox"].split()[3])
    assert height > 5
    assert "nan" not in chart.svg().lower().replace("nang", "")
    if n == 0:
        assert re.search("Không có số liệu|nothing to draw", words(chart.svg()))
        assert chart.alt.strip()


def test_nothing_lies_beside_the_sheet(make: Make) -> None:
    """Text starts and stands within the sheet, for long labels too (its width is measured elsewhere)."""
    root = ElementTree.fromstring(make(25).svg())
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    for element in root.iter(f"{SVG}text"):
        assert -0.1 <= float(element.attrib["x"]) <= width + 0.1
        assert 0 < float(element.attrib["y"]) <= height


def test_text_is_large_enough_on_a_phone(make: Make) -> None:
    """A figure is 328 px wide on a phone of 360 px; the locator, in the head of a page, 176 px everywhere."""
    shown = 176 if make.kind == "locator" else 328  # type: ignore[attr-defined]
    root = ElementTree.fromstring(make(11).svg())
    width = float(root.attrib["viewBox"].split()[2])
    assert min(size_of(element, root) for element in root.iter(f"{SVG}text")) * shown / width >= 11


def test_text_is_not_wider_than_the_sheet(make: Make) -> None:
    """Lines end within the sheet too, measured with the font that lines are broken by."""
    root = ElementTree.fromstring(make(11).svg())
    width = float(root.attrib["viewBox"].split()[2])
    for element in root.iter(f"{SVG}text"):
        style = element.attrib["style"]
        wide = text_width("".join(element.itertext()), size_of(element, root), "font-weight:600" in style)
        anchor = next((a for a in ("middle", "end") if f"text-anchor:{a}" in style), "start")
        left = float(element.attrib["x"]) - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        assert left >= -1, element.text
        assert left + wide <= width + 1, element.text


def test_labels_are_escaped_and_keep_their_diacritics(make: Make) -> None:
    chart = make(4, title=MARKUP, caption=MARKUP)
    assert "<script" not in chart.svg()
    assert "<script" not in chart._repr_html_()
    if make.kind not in {"locator", "funnel", "run_chart", "control_chart", "choropleth"}:  # type: ignore[attr-defined]
        assert "Thiếu quản lý ngoài giờ học" in words(chart.svg())


def test_the_same_bytes_twice(make: Make) -> None:
    assert make(7).svg() == make(7).svg()
    assert make(7).png() == make(7).png()


def test_settings_of_the_notebook_do_not_reach_a_figure(make: Make) -> None:
    before = make().svg()
    with mpl.rc_context(
        {"lines.linewidth": 9, "font.size": 30, "svg.fonttype": "path", "hatch.linewidth": 5}
    ):
        assert make().svg() == before


@pytest.mark.parametrize(("n", "limit"), [(11, 60_000), (45, 60_000)])
def test_size_budget(make: Make, n: int, limit: int) -> None:
    assert len(make(n).svg().encode()) < (200_000 if make.kind == "choropleth" else limit)  # type: ignore[attr-defined]


def test_png_is_a_light_picture(make: Make) -> None:
    png = make(5).png()
    assert png.startswith(b"\x89PNG")
    assert len(png) < 120_000


def test_the_same_bytes_in_another_process() -> None:
    """Hash seeds and the order of imports differ between runs; the figures may not."""
    code = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1]); from chart_frames import MAKERS, LABELS\n"
        "for name in sorted(MAKERS):\n"
        "    svg = MAKERS[name](6, .5, simulated=True, labels=LABELS).svg()\n"
        "    print(hashlib.sha256(svg.encode()).hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent)],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].split()) == len(MAKERS)


def test_repr_html_carries_title_figure_and_caption(make: Make) -> None:
    chart = make(3, title="Tình hình <1>", caption="Cách đọc & hiểu")
    html = chart._repr_html_()
    assert html.startswith('<figure class="diaban-figure">')
    assert chart.svg() in html
    if make.kind != "locator":  # type: ignore[attr-defined]
        assert escape("Tình hình <1>") in html
        assert "<figcaption>Cách đọc &amp; hiểu</figcaption>" in html
