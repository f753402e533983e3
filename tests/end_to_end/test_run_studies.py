"""Both studies run from their folders to a site: what is there, and how one gets about in it."""

import json
import re
import shutil

from bs4 import BeautifulSoup

from diaban.run.conductor import run_study

DISTRICTS = {"binh_phuoc": ("bu dang", "Phước Long"), "germany_districts": ("Gottingen", "Wolfsburg")}


def test_a_page_for_each_district_and_language(made_run):
    for language in made_run.spec.study.languages:
        assert len(made_run.pages(language)) == 2
        assert (made_run.site(language) / "index.html").is_file()


def test_latest_leads_to_the_run(made_run):
    latest = made_run.path.parent / "latest"
    assert latest.resolve() == made_run.path
    assert (latest / "site" / "index.html").is_file()
    assert not latest.readlink().is_absolute(), "the outputs folder may be moved as a whole"


def test_from_the_index_to_a_page_and_back(made_run):
    for language in made_run.spec.study.languages:
        index = made_run.site(language) / "index.html"
        links = BeautifulSoup(index.read_text("utf-8"), "html.parser").select("table a[href]")
        assert len(links) == 2
        for link in links:
            page = index.parent / link["href"]
            back = BeautifulSoup(page.read_text("utf-8"), "html.parser").select_one("nav a[href]")
            assert (page.parent / back["href"]) == index


def test_the_same_run_again_makes_nothing_again(made_run):
    """Names may be written without diacritics; what is there already is kept as it is."""
    kept = [
        p for part in ("cube", "internal", "pages", "notebooks") for p in (made_run.path / part).rglob("*.*")
    ]
    before = {path: path.stat().st_mtime_ns for path in kept}
    site = {p: p.read_bytes() for p in (made_run.path / "site").rglob("*.html")}
    report = run_study(
        made_run.folder,
        localities=DISTRICTS[made_run.folder.name],
        language="all",
        outputs=made_run.path.parents[1],
    )
    assert report.site.parent.parent == made_run.path, "one key (was the library changed meanwhile?)"
    assert report.failed == []
    assert len(report.done) == 4
    assert {path: path.stat().st_mtime_ns for path in kept} == before
    assert {p: p.read_bytes() for p in (made_run.path / "site").rglob("*.html")} == site


def test_the_executed_notebooks_are_kept(made_run):
    executed = sorted((made_run.path / "notebooks").rglob("*.ipynb"))
    assert len(executed) == 4
    for path in executed:
        notebook = json.loads(path.read_text("utf-8"))
        assert not any(o["output_type"] == "error" for c in notebook["cells"] for o in c.get("outputs", []))
        assert not re.search(r"\.(?:running|failed)\.ipynb$", path.name)


def test_nothing_unfinished_is_left(made_run):
    left = [p for p in made_run.path.rglob(".*") if p.name != ".gitkeep"]
    assert left == []
    assert {p.name for p in made_run.path.iterdir()} == {
        "cube", "internal", "pages", "notebooks", "site", "findings.json", "tables.xlsx", "manifest.json",
        "annex", "data",
    }  # fmt: skip


def test_pages_have_no_code(made_run):
    for _, path, soup in made_run.html():
        text = soup.get_text()
        assert "import diaban" not in text, path.name
        assert "open_page" not in str(soup), path.name


def test_another_period_has_pages_of_its_own(germany_run, tmp_path):
    """In the first block a stream has no comparable figure: the page says so and is there."""
    first = germany_run.spec.periods.blocks[0].key
    report = run_study(
        germany_run.folder, localities=["Wolfsburg"], period=first, outputs=_with_cube(germany_run, tmp_path)
    )
    assert report.failed == []
    page = next(report.site.parent.glob("wolfsburg-*.html")).read_text("utf-8")
    assert first in BeautifulSoup(page, "html.parser").title.get_text()
    assert "no comparable figures" in page


def _with_cube(made_run, outputs):
    """An outputs folder with the stage of a run and none of its pages."""
    target = outputs / made_run.path.parent.name / made_run.path.name
    shutil.copytree(made_run.path / "cube", target / "cube")
    return outputs
