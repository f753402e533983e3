"""Runs of a study with two editions, shared and internal: what each is made of, and where it is found."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest
from bs4 import BeautifulSoup
from two_editions import CORRECTED, write_trial

from diaban.run.conductor import Report, run_study
from diaban.run.stage import STAGE_VARIABLE, open_stage

WHOLE = "*"
RUNS = {
    "latest": {},
    "latest-2022-end": {"edition": "2022-end"},
    "latest-internal": {"internal": True},
    "latest-2022-end-internal": {"edition": "2022-end", "internal": True},
}


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_trial(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def outputs(trial: Path) -> Path:
    return trial.parents[1] / "outputs"


@pytest.fixture(scope="module")
def reports(trial: Path, outputs: Path) -> dict[str, Report]:
    """The link that a run is found by -> its report; each of them has one page."""
    made = {
        name: run_study(trial, localities=["suoi mau"], language="all", outputs=outputs, **options)
        for name, options in RUNS.items()
    }
    assert [report.failed for report in made.values()] == [[]] * 4
    return made


def html_of(report: Report) -> dict[str, BeautifulSoup]:
    site = report.site.parent
    return {
        path.relative_to(site).as_posix(): BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for path in sorted(site.rglob("*.html"))
    }


def test_every_edition_and_audience_has_its_own_run_and_link(reports, outputs) -> None:
    found = {link.name: link.resolve() for link in (outputs / "trial").iterdir() if link.is_symlink()}
    assert found == {name: report.site.parents[1].resolve() for name, report in reports.items()}
    assert len(set(found.values())) == 4
    for name in RUNS:
        assert (outputs / "trial" / name / "site" / "index.html").is_file()


@pytest.mark.usefixtures("reports")
def test_a_stage_knows_its_edition_and_its_audience(trial, outputs) -> None:
    for options in RUNS.values():
        stage = open_stage(trial, outputs=outputs, **options)
        assert stage.cube.facts["edition"] == options.get("edition", "2023-end")
        assert stage.internal == options.get("internal", False)
        assert stage.spec.periods.last == ("2022" if options.get("edition") else "2023")


@pytest.mark.usefixtures("reports")
def test_an_edition_is_read_from_its_own_files(trial, outputs) -> None:
    now, then = (open_stage(trial, outputs=outputs, internal=True, edition=e) for e in (None, "2022-end"))
    counted = []
    for stage in (now, then):
        chart = stage.cube["run_chart"].set_index(["locality", "period"])
        counted.append(chart.loc[("101", "2022"), "cases"])
    assert counted[0] - counted[1] == CORRECTED
    assert "2023" not in set(then.cube["run_chart"]["period"])


@pytest.mark.usefixtures("reports")
def test_the_changes_lead_from_one_edition_to_the_next(trial, outputs) -> None:
    now, then = (open_stage(trial, outputs=outputs, internal=True, edition=e) for e in (None, "2022-end"))
    changes = now.cube["edition_changes"]
    whole = changes[(changes["locality"] == WHOLE) & (changes["period"] == "*")].iloc[0]
    sums = [stage.cube["run_chart"]["cases"].sum() for stage in (then, now)]
    assert [whole["before"], whole["after"]] == sums
    steps = ["boundary", "corrections", "late_reports", "new_cases"]
    assert whole[steps].isna().all(), "counts without records do not say why they changed, and not 0 either"
    assert whole["withheld"] == "no_case_records"
    own = changes[(changes["locality"] == "101") & (changes["period"] == "2021-2023")].iloc[0]
    assert own["after"] > own["before"]
    assert "edition_changes" not in then.cube.frames, "nothing was before the first edition"
    assert list(now.cube["editions"]["edition"]) == ["2022-end", "2023-end"]


@pytest.mark.usefixtures("reports")
def test_findings_carry_over(trial, outputs) -> None:
    stage = open_stage(trial, outputs=outputs)
    history = stage.cube["findings_history"]
    assert set(history["edition"]) == {"2023-end"}
    assert set(history["status"]) <= {"new", "confirmed", "stronger", "weaker", "withdrawn"}
    log = stage.cube["findings_log"]
    assert set(log["edition"]) == {"2022-end", "2023-end"}
    assert set(history["key"]) <= set(log["key"])
    assert history[["claim_vi", "claim_en"]].notna().all(axis=None)


@pytest.mark.usefixtures("reports")
def test_a_shared_changes_table_tells_no_small_step(trial, outputs) -> None:
    changes = open_stage(trial, outputs=outputs).cube["edition_changes"]
    local = changes[changes["locality"] != WHOLE]
    assert local["hidden"].all()
    steps = changes[["corrections", "late_reports", "new_cases"]] if "corrections" in changes else changes
    assert (
        local[[c for c in ("before", "after", "late_reports", "new_cases") if c in local]]
        .isna()
        .all(axis=None)
    )
    numbers = steps.select_dtypes("number").stack()
    assert (numbers.abs() >= 5).all()


def test_pages_of_a_run_open_its_own_stage(reports, trial, monkeypatch) -> None:
    """In a child the variable names the stage: its edition and its declaration are those of the stage."""
    path = reports["latest-2022-end-internal"].site.parents[1]
    monkeypatch.setenv(STAGE_VARIABLE, str(path))
    stage = open_stage(trial)
    assert (stage.path, stage.internal, stage.spec.periods.last) == (path, True, "2022")
    assert stage.spec.disclosure.threshold == 0


def test_the_banner_stands_on_every_internal_page_and_on_no_other(reports) -> None:
    for name, report in reports.items():
        pages = html_of(report)
        assert len(pages) == 2 * 6, "index, whole, guide, methods, a page and its monitoring file; twice"
        for file, soup in pages.items():
            banner = soup.select(".mark.internal")
            if name.endswith("internal"):
                assert len(banner) == 1, (name, file)
                own = "Internal" if file.startswith("en/") else "Lưu hành nội bộ"
                assert own in banner[0].get_text(), (name, file)
            else:
                assert banner == [], (name, file)
                assert not re.search(
                    "Lưu hành nội bộ|Internal edition|not to leave the office", soup.get_text()
                ), file


def test_what_an_internal_run_exports_says_so(reports) -> None:
    """Exact counts leave an office by mail as a workbook; that has to say what it is, as the pages do."""
    for name, report in reports.items():
        run = report.site.parents[1]
        notes = openpyxl.load_workbook(run / "tables.xlsx").worksheets[0]
        workbook = " ".join(str(cell.value) for row in notes.iter_rows() for cell in row)
        records = json.loads((run / "findings.json").read_text("utf-8"))
        manifest = json.loads((run / "manifest.json").read_text("utf-8"))
        for text in (workbook, json.dumps(records | {"findings": []}), json.dumps(manifest["parameters"])):
            assert bool(re.search("internal", text, re.IGNORECASE)) == name.endswith("internal"), (name, text)


@pytest.mark.usefixtures("reports")
def test_a_shared_run_hides_what_an_internal_one_shows(trial, outputs) -> None:
    """The internal one shows all. Of closed periods the shared one shows what was given out."""
    shared, internal = (open_stage(trial, outputs=outputs, internal=one).cube for one in (False, True))
    given_out = open_stage(trial, outputs=outputs, internal=True, edition="2022-end").cube["run_chart"]
    for name in ("rates", "run_chart", "targets"):
        assert not internal[name].get("hidden", internal[name].iloc[:, 0] == "").any(), name
    keys = ["locality", "stream", "period"]
    for exact, closed in ((given_out, True), (internal["run_chart"], False)):
        both = shared["run_chart"].merge(exact, on=keys, suffixes=("", "_exact"))
        known = both[(both["period"] <= "2022") == closed].dropna(subset=["cases"])
        assert len(known)
        assert (known["cases"] == known["cases_exact"]).all()


@pytest.mark.usefixtures("reports")
def test_two_shared_editions_tell_no_change_of_a_closed_period(trial, outputs) -> None:
    now, then = (open_stage(trial, outputs=outputs, edition=e).cube for e in (None, "2022-end"))
    assert (now.facts["closed_by"], then.facts["closed_by"]) == ("2022-end", "")
    keys = ["locality", "stream", "period"]
    both = now["run_chart"].merge(then["run_chart"], on=keys, suffixes=("", "_then"))
    assert len(both.dropna(subset=["cases", "cases_then"]))
    assert both["cases"].equals(both["cases_then"]), "shown or hidden alike, with the same numbers"
    now, then = (open_stage(trial, outputs=outputs, edition=e).ledger for e in (None, "2022-end"))
    assert set(then.hidden) <= set(now.hidden)


def test_a_monitoring_file_stands_beside_its_page_and_links_lead_both_ways(reports) -> None:
    for report in reports.values():
        for folder in (report.site.parent, report.site.parent / "en"):
            page = BeautifulSoup((folder / "suoi-mau-101.html").read_text("utf-8"), "html.parser")
            monitoring = BeautifulSoup(
                (folder / "suoi-mau-101-monitoring.html").read_text("utf-8"), "html.parser"
            )
            assert len(page.select('a[href="suoi-mau-101-monitoring.html"]')) >= 1
            back = monitoring.select_one('nav a[href="suoi-mau-101.html"]')
            assert back is not None
            assert back.get_text(strip=True)


def test_no_link_of_any_page_leads_nowhere(reports) -> None:
    for report in reports.values():
        for file, soup in html_of(report).items():
            ids = {tag["id"] for tag in soup.select("[id]")}
            for link in soup.select("a[href]"):
                target, _, anchor = link["href"].partition("#")
                if target:
                    assert ((report.site.parent / file).parent / target).is_file(), (file, target)
                else:
                    assert anchor in ids, (file, anchor)


def test_a_study_without_anything_to_follow_has_no_monitoring_file(germany_run) -> None:
    for language in germany_run.spec.study.languages:
        assert germany_run.monitoring(language) == {}
        for path in germany_run.site(language).glob("*.html"):
            assert "-monitoring.html" not in path.read_text("utf-8")
