"""`diaban release` and `diaban review`."""

from __future__ import annotations

from pathlib import Path

import click

from diaban.cli.group import FAILED
from diaban.cli.options import (
    edition_option,
    jobs_option,
    named_codes,
    outputs_option,
    period_option,
    study_argument,
    study_folder,
    within_option,
)
from diaban.cli.printed import near, tell_forgetting, tell_release, tell_review


@click.command(short_help="Làm bản chia sẻ đã kiểm tra / the audited archive to share")
@study_argument
@click.option(
    "--final",
    is_flag=True,
    help="Chỉ khi mọi nhận định đã thẩm định / only when all findings are reviewed.",
)
@edition_option
@within_option
@period_option
@click.option(
    "--language", "-l", type=click.Choice(["vi", "en", "all"]), help="Ngôn ngữ (mặc định all) / languages."
)
@jobs_option
@outputs_option
@click.option(
    "--forget",
    metavar="NAME",
    help="Bỏ một lần công bố chưa hề ra khỏi cơ quan / drop a release that never left the office.",
)
def release(
    study: str | None,
    final: bool,
    edition: str | None,
    within: str | None,
    period: str | None,
    language: str | None,
    jobs: int | None,
    outputs: Path | None,
    forget: str | None,
) -> int:
    """
    \b
    Làm tệp nén để chia sẻ STUDY: chạy, thử suy ra các số không công bố, làm lại mọi tệp
    từ các bảng đã kiểm tra, đọc lại từng tệp. Có gì không ổn thì không có tệp nén.
    Make the archive of STUDY that may be shared: run, try to work out the hidden counts,
    make all files again from the audited tables, read each again. If anything is wrong,
    no archive is written.

    \b
    Ví dụ / Examples:
      diaban release
      diaban release binh_phuoc --final
      diaban release binh_phuoc --edition 2023-end --language vi
      diaban release --forget binh_phuoc_2024-mid_2021-2023_draft

    \b
    Sau đó: chỉ gửi tệp .zip được in ra sau cùng; trong đó có giấy xác nhận và mã kiểm tra.
    Then:   send only the .zip that is printed last; certificate and checksums are inside.

    \b
    Mã thoát 0: đã làm; 1: bị chặn. / Exit code 0: made; 1: stopped.
    """
    folder = study_folder(study)
    if forget is not None:
        return _forget(folder, outputs, forget)
    parent, _ = named_codes(folder, within, ())
    from diaban.run.start import load_conductor

    load_conductor()
    from diaban.run.release import release_study

    made = release_study(
        folder,
        outputs=outputs,
        final=final,
        edition=edition,
        within=parent,
        period=period,
        language=language,
        jobs=jobs,
    )
    return tell_release(made, folder)


def _forget(folder: Path, outputs: Path | None, name: str) -> int:
    """Ask, and take a release out of what the next ones are judged by."""
    from diaban.run.declared import outputs_folder
    from diaban.run.released import forget, kept_as
    from diaban.spec import read_spec

    study = (outputs or outputs_folder(folder)) / read_spec(folder).study.key
    tell_forgetting([near(path) for path in kept_as(study, name)])
    if not click.confirm("Bỏ / Drop it", err=True):
        click.echo("Không xoá gì / Nothing was removed", err=True)
        return FAILED
    for path in forget(study, name):
        click.echo(f"Đã xoá / Removed: {near(path)}")
    return 0


@click.command(short_help="Danh sách nhận định cần thẩm định / findings to review")
@study_argument
@edition_option
@within_option
@period_option
@outputs_option
def review(
    study: str | None, edition: str | None, within: str | None, period: str | None, outputs: Path | None
) -> None:
    """
    \b
    Ghi vào review.toml của STUDY các nhận định chưa ai thẩm định; quyết định đã có thì giữ nguyên.
    Write into review.toml of STUDY the findings that nobody has reviewed; decisions stay.

    \b
    Mỗi mục cần: decision = "accepted" hoặc "withheld", by, on; khi giữ lại cần reason.
    Each entry wants: decision = "accepted" or "withheld", by, on; a reason if withheld.

    \b
    Ví dụ / Examples:
      diaban review
      diaban review binh_phuoc --edition 2023-end

    \b
    Sau đó: điền review.toml, rồi `diaban release STUDY --final`.
    Then:   fill in review.toml, then `diaban release STUDY --final`.
    """
    folder = study_folder(study)
    parent, _ = named_codes(folder, within, ())
    from diaban.run.reviewed import draft_review

    tell_review(draft_review(folder, outputs=outputs, within=parent, edition=edition, period=period), folder)
