"""Arguments and options that several commands take, and the study and localities that they name."""

from __future__ import annotations

from pathlib import Path

import click

from diaban.errors import DiabanError

folder_path = click.Path(file_okay=False, path_type=Path)
study_argument = click.argument("study", required=False, metavar="[STUDY]")
within_option = click.option(
    "--within",
    "-w",
    metavar="NAME",
    help="Các địa bàn thuộc nơi này / the localities inside this larger one.",
)
period_option = click.option(
    "--period", "-p", metavar="P", help="Giai đoạn (periods.blocks) / a block of periods."
)
edition_option = click.option("--edition", metavar="KEY", help="Ấn bản đã khai báo / a declared edition.")
jobs_option = click.option(
    "--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Số trang làm cùng lúc / pages at once."
)
outputs_option = click.option(
    "--outputs", type=folder_path, metavar="DIR", help="Nơi ghi kết quả / where results go."
)
internal_option = click.option(
    "--internal", is_flag=True, help="Số liệu chính xác, lưu hành nội bộ / exact counts, internal."
)


def study_folder(study: str | None) -> Path:
    from diaban.spec.discover import default_study, find_study

    return find_study(study) if study else default_study()


def data_folder_here() -> Path:
    """Where a new study goes: beside the others, else into `data` here."""
    from diaban.spec.discover import data_folder

    try:
        return data_folder()
    except DiabanError as error:
        if error.key != "spec_no_studies":
            raise
        return Path.cwd() / "data"


def named_codes(folder: Path, within: str | None, names: tuple[str, ...]) -> tuple[str | None, list[str]]:
    """Codes of the larger locality, if one is named, and of the named localities of report in it.

    The declaration and the names are looked at before anything is loaded, computed or written.
    """
    from diaban.spec import read_spec

    spec = read_spec(folder)
    if within is None and not names:
        return None, []
    from diaban.intake import read_localities
    from diaban.places.names import find_locality

    known = read_localities(spec, folder)
    reported = known[known["level"] == spec.places.report_level]
    above = known[known["locality"].isin(reported["parent"])]
    parent = spec.places.report_parent if within is None else find_locality(above, within)
    if parent is not None:
        reported = reported[reported["parent"] == parent]
    return parent if within is not None else None, [find_locality(reported, name) for name in names]
