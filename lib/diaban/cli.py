"""The command line. Whatever is heavy is imported by the command that needs it."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import click

from diaban.cli_group import FAILED, SpeakingGroup
from diaban.cli_print import (
    as_typed,
    near,
    tell_new,
    tell_part,
    tell_release,
    tell_report,
    tell_review,
    tell_simulated,
)
from diaban.errors import DiabanError

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_folder_path = click.Path(file_okay=False, path_type=Path)
_study = click.argument("study", required=False, metavar="[STUDY]")
_within = click.option(
    "--within",
    "-w",
    metavar="NAME",
    help="Các địa bàn thuộc nơi này / the localities inside this larger one.",
)
_period = click.option("--period", "-p", metavar="P", help="Giai đoạn (periods.blocks) / a block of periods.")
_edition = click.option("--edition", metavar="KEY", help="Ấn bản đã khai báo / a declared edition.")
_jobs = click.option(
    "--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Số trang làm cùng lúc / pages at once."
)
_outputs = click.option(
    "--outputs", type=_folder_path, metavar="DIR", help="Nơi ghi kết quả / where results go."
)


@click.group("diaban", cls=SpeakingGroup, context_settings=_SETTINGS)
@click.version_option(package_name="diaban", message="diaban %(version)s")
def main() -> None:
    """
    \b
    Nhận định cho từng địa bàn: tình hình, nguyên nhân, điều kiện, biện pháp.
    Findings for every locality: what happens, why here, what would help.

    \b
    Một nghiên cứu là một thư mục data/<tên>/ có tệp study.toml.
    A study is a folder data/<name>/ with a study.toml.

    \b
    Bắt đầu / Start here:
      diaban run                 các trang của nghiên cứu mặc định
                                 the pages of the default study
      diaban new my_province     thư mục cho nghiên cứu của mình
                                 a folder for a study of your own
      diaban check my_province   còn thiếu gì, việc tiếp theo
                                 what is missing, what comes next
      diaban review              các nhận định chờ thẩm định
                                 the findings that wait for a review
      diaban release             tệp nén được phép gửi ra ngoài
                                 the archive that may leave the office
    """


@main.command(short_help="Làm các trang nhận định / make the pages of findings")
@_study
@click.option(
    "--district",
    "-d",
    "districts",
    multiple=True,
    metavar="NAME",
    help="Chỉ địa bàn này, có dấu hay không dấu; lặp lại được / only this one; may be repeated.",
)
@_within
@_period
@click.option(
    "--language", "-l", type=click.Choice(["vi", "en", "all"]), help="Ngôn ngữ của trang / of the pages."
)
@_jobs
@_outputs
@_edition
@click.option(
    "--internal",
    is_flag=True,
    help="Số liệu chính xác, lưu hành nội bộ / exact counts, internal.",
)
@click.option("--pdf", is_flag=True, help="In thêm ra thư mục pdf/, cần Chromium / also print into pdf/.")
@click.option(
    "--kernels", is_flag=True, help="Mỗi trang một nhân Jupyter, chậm hơn / a kernel a page, slower."
)
def run(
    study: str | None,
    districts: tuple[str, ...],
    within: str | None,
    period: str | None,
    language: str | None,
    jobs: int | None,
    outputs: Path | None,
    edition: str | None,
    internal: bool,
    pdf: bool,
    kernels: bool,
) -> int:
    """
    \b
    Làm trang nhận định cho mọi địa bàn của STUDY (hoặc của nghiên cứu mặc định).
    Make a page for every locality of STUDY (or of the default study).

    \b
    Ví dụ / Examples:
      diaban run
      diaban run binh_phuoc --district "Bù Đăng" --district "dong xoai"
      diaban run germany_districts --within Bayern --language all --jobs 4
      diaban run binh_phuoc --edition 2023-end

    \b
    Sau đó: mở index.html được in ra sau cùng (hoặc `diaban open`).
            Chạy lại thì chỉ làm những gì đã đổi.
    Then:   open the index.html that is printed last (or `diaban open`).
            A second run makes only what has changed.
    """
    folder = _folder(study)
    parent, codes = _codes(folder, within, districts)
    from diaban.run.methods import Method
    from diaban.run.start import load_conductor

    method: Method | None = "kernels" if kernels else None
    run_study = load_conductor(method)  # after the first checks: it takes seconds
    report = run_study(
        folder,
        localities=codes,
        period=period,
        language=language,
        jobs=jobs,
        method=method,
        outputs=outputs,
        within=parent,
        edition=edition,
        internal=internal,
    )
    if pdf and not report.failed:
        from diaban.run.pdf import print_site

        printed = report.site.parents[1] / "pdf"
        print_site(report.site.parent, printed, jobs=jobs or 1)
        click.echo(near(printed))
    return tell_report(report)


@main.command(short_help="Xem nghiên cứu còn thiếu gì / walk through a study")
@_study
def check(study: str | None) -> int:
    """
    \b
    Đi qua STUDY: đúng gì, sai gì, phân tích được gì, việc tiếp theo. Không ghi gì.
    Walk through STUDY: what is right, what is wrong, what it can bear, what is next.
    Nothing is written.

    \b
    Ví dụ / Examples:
      diaban check
      diaban check my_province

    \b
    Sau đó: sửa dòng [x] đầu tiên rồi kiểm tra lại; hết dòng [x] thì `diaban run`.
    Then:   mend the first line [x] and check again; when none is left, `diaban run`.

    \b
    Mã thoát 0: chạy được; 1: chưa. / Exit code 0: it can be run; 1: not yet.
    """
    folder = near(_folder(study))
    click.echo(folder)
    from diaban.check import check_study  # after the first word to the user: it takes seconds

    numbers = count(1)
    runnable = check_study(folder, as_typed(folder), lambda part: tell_part(next(numbers), part))
    return 0 if runnable else FAILED


@main.command(short_help="Tạo số liệu mô phỏng / make simulated data")
@_study
@click.option(
    "--seed", type=int, metavar="N", help="Hạt giống khác, tỉnh khác / another seed, another province."
)
def simulate(study: str | None, seed: int | None) -> None:
    """
    \b
    Tạo lại các bảng của STUDY từ truth.toml và hạt giống, thay các bảng mô phỏng cũ.
    Make the tables of STUDY from truth.toml and a seed, in place of the earlier ones.

    \b
    Ví dụ / Examples:
      diaban simulate binh_phuoc
      diaban simulate binh_phuoc --seed 7

    \b
    Sau đó / Then: diaban check, diaban run
    """
    from diaban.simulate import run_simulation
    from diaban.spec import read_spec

    folder = _folder(study)
    if not read_spec(folder).study.simulated:
        raise DiabanError("cli_not_simulated", study=folder.name)
    tell_simulated(folder, run_simulation(folder, seed))


@main.command(short_help="Tạo thư mục cho nghiên cứu mới / a folder for a new study")
@click.argument("name")
@click.option(
    "--data", type=_folder_path, metavar="DIR", help="Thư mục các nghiên cứu (data/) / of the studies."
)
@click.option(
    "--example",
    is_flag=True,
    help="Điền sẵn sáu địa bàn tưởng tượng, chạy được ngay / with six invented localities, runs at once.",
)
def new(name: str, data: Path | None, example: bool) -> None:
    """
    \b
    Tạo data/NAME/: study.toml có chú thích, các bảng trống, README. Không ghi đè gì.
    Write data/NAME/: study.toml with comments, empty tables, README. Overwrites nothing.

    \b
    NAME: chữ thường a-z không dấu, số và dấu _ / small letters a-z, digits and _

    \b
    Ví dụ / Examples:
      diaban new my_province
      diaban new trial --example

    \b
    Sau đó: `diaban check NAME` chỉ từng việc cần điền, cho đến khi chạy được.
    Then:   `diaban check NAME` tells what to fill in, until it can be run.
    """
    from diaban.new_study import create_study

    tell_new(create_study(name, near(data or _data_folder()), example=example), example)


@main.command(name="open", short_help="Mở các trang mới nhất / open the latest pages")
@_study
@click.option("--outputs", type=_folder_path, metavar="DIR", help="Nơi đã ghi kết quả / where results went.")
@click.option("--print", "only_print", is_flag=True, help="Chỉ in đường dẫn / only print the path.")
def open_(study: str | None, outputs: Path | None, only_print: bool) -> None:
    """
    \b
    Mở mục lục của lần chạy mới nhất đã xong của STUDY.
    Open the index of the newest finished run of STUDY.

    \b
    Ví dụ / Examples:
      diaban open
      diaban open germany_districts --print
    """
    from diaban.run.declared import outputs_folder
    from diaban.spec import read_spec

    folder = _folder(study)
    made = (outputs or outputs_folder(folder)) / read_spec(folder).study.key
    index = made / "latest" / "site" / "index.html"
    if not index.is_file():
        raise DiabanError("cli_no_page", study=as_typed(folder), folder=near(made))
    click.echo(near(index))
    if not only_print:
        click.launch(index.resolve().as_uri())


@main.command(short_help="Làm bản chia sẻ đã kiểm tra / the audited archive to share")
@_study
@click.option(
    "--final",
    is_flag=True,
    help="Chỉ khi mọi nhận định đã thẩm định / only when all findings are reviewed.",
)
@_edition
@_within
@_period
@click.option(
    "--language", "-l", type=click.Choice(["vi", "en", "all"]), help="Ngôn ngữ (mặc định all) / languages."
)
@_jobs
@_outputs
def release(
    study: str | None,
    final: bool,
    edition: str | None,
    within: str | None,
    period: str | None,
    language: str | None,
    jobs: int | None,
    outputs: Path | None,
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

    \b
    Sau đó: chỉ gửi tệp .zip được in ra sau cùng; trong đó có giấy xác nhận và mã kiểm tra.
    Then:   send only the .zip that is printed last; certificate and checksums are inside.

    \b
    Mã thoát 0: đã làm; 1: bị chặn. / Exit code 0: made; 1: stopped.
    """
    folder = _folder(study)
    parent, _ = _codes(folder, within, ())
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


@main.command(short_help="Danh sách nhận định cần thẩm định / findings to review")
@_study
@_edition
@_within
@_period
@_outputs
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
    folder = _folder(study)
    parent, _ = _codes(folder, within, ())
    from diaban.run.reviewed import draft_review

    tell_review(draft_review(folder, outputs=outputs, within=parent, edition=edition, period=period), folder)


def _folder(study: str | None) -> Path:
    from diaban.spec.discover import default_study, find_study

    return find_study(study) if study else default_study()


def _data_folder() -> Path:
    """Where a new study goes: beside the others, else into `data` here."""
    from diaban.spec.discover import data_folder

    try:
        return data_folder()
    except DiabanError as error:
        if error.key != "spec_no_studies":
            raise
        return Path.cwd() / "data"


def _codes(folder: Path, within: str | None, names: tuple[str, ...]) -> tuple[str | None, list[str]]:
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
