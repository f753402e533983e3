"""`diaban run` and `diaban open`."""

from __future__ import annotations

from pathlib import Path

import click

from diaban.cli.options import (
    edition_option,
    internal_option,
    jobs_option,
    named_codes,
    outputs_option,
    period_option,
    study_argument,
    study_folder,
    within_option,
)
from diaban.cli.printed import as_typed, near, tell_report
from diaban.errors import DiabanError


@click.command(short_help="Làm các trang nhận định / make the pages of findings")
@study_argument
@click.option(
    "--district",
    "-d",
    "districts",
    multiple=True,
    metavar="NAME",
    help="Chỉ địa bàn này, có dấu hay không dấu; lặp lại được / only this one; may be repeated.",
)
@within_option
@period_option
@click.option(
    "--language", "-l", type=click.Choice(["vi", "en", "all"]), help="Ngôn ngữ của trang / of the pages."
)
@jobs_option
@outputs_option
@edition_option
@internal_option
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
    folder = study_folder(study)
    parent, codes = named_codes(folder, within, districts)
    if pdf:
        from diaban.run.pdf import find_browser

        find_browser()  # before minutes of work
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


@click.command(name="open", short_help="Mở các trang mới nhất / open the latest pages")
@study_argument
@edition_option
@internal_option
@outputs_option
@click.option("--print", "only_print", is_flag=True, help="Chỉ in đường dẫn / only print the path.")
def open_(
    study: str | None, edition: str | None, internal: bool, outputs: Path | None, only_print: bool
) -> None:
    """
    \b
    Mở mục lục của lần chạy mới nhất đã xong của STUDY; hoặc của một ấn bản, của bản nội bộ.
    Open the index of the newest finished run of STUDY; or of an edition, or the internal one.

    \b
    Ví dụ / Examples:
      diaban open
      diaban open binh_phuoc --edition 2023-end
      diaban open germany_districts --internal --print
    """
    from diaban.run.choice import latest_name
    from diaban.run.declared import outputs_folder
    from diaban.spec import read_spec

    folder = study_folder(study)
    spec = read_spec(folder)
    made = (outputs or outputs_folder(folder)) / spec.study.key
    index = made / latest_name(spec, edition, internal=internal) / "site" / "index.html"
    if not index.is_file():
        asked = [f"--edition {edition}"] * bool(edition) + ["--internal"] * internal
        command = " ".join(["diaban run", as_typed(folder), *asked])
        raise DiabanError("cli_no_page", study=as_typed(folder), folder=near(made), command=command)
    click.echo(near(index))
    if not only_print:
        click.launch(index.resolve().as_uri())
