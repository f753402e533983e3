"""What the commands print, and paths and study names as a person would type them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diaban.cli.group import FAILED, say_error, say_warning
from diaban.errors import DiabanError

if TYPE_CHECKING:
    from diaban.check import Part
    from diaban.run.conductor import Report
    from diaban.run.outcomes import Failed
    from diaban.run.release import Release
    from diaban.run.reviewed import ReviewDraft

_MARKS = {
    "right": ("[ok]", "green"),
    "wrong": ("[x] ", "red"),
    "mind": ("[!] ", "yellow"),
    "plain": ("    ", None),
}


def near(path: Path) -> Path:
    """`path` from the current folder where it lies below it: shorter to read."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100  (resolve() would follow `latest` to its run)
    return whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else path


def as_typed(folder: Path) -> str:
    """What to type for a study: its name where that finds it, else its path."""
    from diaban.spec.discover import studies

    try:
        found = studies().get(folder.name)
    except DiabanError:
        found = None
    same = found is not None and found.resolve() == folder.resolve()
    return folder.name if same else _quoted(str(near(folder)))


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def tell_part(number: int, part: Part) -> None:
    """A part of a check: its heading, and two lines for each thing looked at."""
    click.secho(f"\n{number}. {part.heading['vi']} / {part.heading['en']}", bold=True)
    for line in part.lines:
        mark, colour = _MARKS[line.mark]
        click.echo(f"  {click.style(mark, fg=colour)} {line.texts['vi']}")
        if line.texts["en"] != line.texts["vi"]:
            click.echo(f"       {line.texts['en']}")
        for detail in line.detail:
            click.echo(f"         {detail}")


def tell_new(folder: Path, example: bool) -> None:
    """What a new study holds, and the next command."""
    tables = "số liệu tưởng tượng / invented data" if example else "các bảng trống / empty tables"
    click.echo(f"Đã tạo / Written: {folder}{os.sep}")
    click.echo("  study.toml   khai báo, có chú thích / the declaration, with comments")
    click.echo("  README.md    các bảng và cột / tables and columns")
    click.echo(f"  tables{os.sep}      {tables}")
    click.echo(f"Tiếp theo / Next: diaban check {as_typed(folder)}")


def tell_simulated(folder: Path, written: list[Path]) -> None:
    """The files of a simulation, and the next command."""
    click.echo(f"Đã ghi {len(written)} bảng mô phỏng / Wrote {len(written)} simulated tables:")
    for path in written:
        click.echo(f"  {near(path)}")
    click.echo(f"Tiếp theo / Next: diaban check {as_typed(folder)}")


def tell_report(report: Report) -> int:
    """Failed localities on standard error, then where the index is; returns the exit code."""
    for failed in report.failed:
        click.secho(f"{failed.name}: không có trang / no page", fg="red", err=True)
        say_error(_reason(failed))
    if report.failed:
        half_run = near(report.site.parent.parent / "notebooks")
        click.echo(f"Không làm được / Failed: {len(report.failed)}", err=True)
        click.echo(f"Bản chạy dở / Half-run notebooks: {half_run}", err=True)
    click.echo(f"Số trang / Pages: {len(report.done)}")
    click.echo(f"Mở / Open: {near(report.site)}")
    return FAILED if report.failed else 0


def tell_release(release: Release, folder: Path) -> int:
    """Where the archive is and what it was tested by, or all that stopped it; returns the exit code."""
    for stop in release.stops:
        say_error(stop)
    if release.archive is None:
        click.echo(f"Không ghi gì / Nothing was written. Lý do / Reasons: {len(release.stops)}", err=True)
        if any(stop.key == "release_open_finding" for stop in release.stops):
            click.echo(f"Tiếp theo / Next: diaban review {as_typed(folder)}", err=True)
        return FAILED
    if release.earlier:
        click.echo(
            f"Đã bảo vệ cùng với {release.earlier} lần công bố trước / "
            f"Protected together with {release.earlier} earlier releases"
        )
    cells, tried = (release.certificate["audit"][part] for part in ("cells", "attacked"))
    click.echo(f"Số đếm / Counts: {cells['known']}, không công bố / hidden: {cells['hidden']}")
    click.echo(f"Con số đã thử / Numbers attacked: {tried['numbers']}")
    if release.open:
        click.echo(f"Dự thảo, chưa thẩm định / Draft, not yet reviewed: {release.open}")
    click.echo(f"Bản chia sẻ / To share: {near(release.archive)}")
    return 0


def tell_forgetting(kept: list[Path]) -> None:
    """What is about to be dropped, and what that means."""
    for path in kept:
        click.echo(f"{path}", err=True)
    say_warning(DiabanError("release_forget"))


def tell_review(draft: ReviewDraft, folder: Path) -> None:
    """How far the review is, where to fill it in, and the next command."""
    click.echo(f"Chưa thẩm định / Not yet reviewed: {len(draft.open)}")
    if draft.again:
        click.echo(f"  đã đổi sau khi thẩm định / changed since their review: {len(draft.again)}")
    click.echo(f"Đã thẩm định / Reviewed: {draft.decided}")
    if draft.idle:
        click.echo(f"Quyết định không ứng với nhận định nào / Decisions about no finding: {draft.idle}")
    click.echo(f"Tệp / File: {near(draft.path)}")
    if not draft.open:
        click.echo(f"Tiếp theo / Next: diaban release {as_typed(folder)} --final")


def _reason(failed: Failed) -> DiabanError:
    if isinstance(failed.error, DiabanError):
        return failed.error
    line = (failed.message.strip().splitlines() or ["?"])[0].rstrip(".")
    code = re.search(r"\(([^()]+)\)$", line)
    return DiabanError(f"cli_page_{failed.kind}", detail=code[1] if code and failed.kind == "died" else line)
