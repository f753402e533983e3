"""What the commands print, and paths and study names as a person would type them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diaban.cli_group import FAILED, say_error
from diaban.errors import DiabanError

if TYPE_CHECKING:
    from diaban.check import Part
    from diaban.run.conductor import Report
    from diaban.run.outcomes import Failed

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


def _reason(failed: Failed) -> DiabanError:
    if isinstance(failed.error, DiabanError):
        return failed.error
    line = (failed.message.strip().splitlines() or ["?"])[0].rstrip(".")
    code = re.search(r"\(([^()]+)\)$", line)
    return DiabanError(f"cli_page_{failed.kind}", detail=code[1] if code and failed.kind == "died" else line)
