"""`diaban check`, `diaban simulate` and `diaban new`."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import click

from diaban.cli.group import FAILED
from diaban.cli.options import data_folder_here, folder_path, study_argument, study_folder
from diaban.cli.printed import as_typed, near, tell_new, tell_part, tell_simulated
from diaban.errors import DiabanError


@click.command(short_help="Xem nghiên cứu còn thiếu gì / walk through a study")
@study_argument
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
    folder = near(study_folder(study))
    click.echo(folder)
    from diaban.check import check_study  # after the first word to the user: it takes seconds

    numbers = count(1)
    runnable = check_study(folder, as_typed(folder), lambda part: tell_part(next(numbers), part))
    return 0 if runnable else FAILED


@click.command(short_help="Tạo số liệu mô phỏng / make simulated data")
@study_argument
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

    folder = study_folder(study)
    if not read_spec(folder).study.simulated:
        raise DiabanError("cli_not_simulated", study=folder.name)
    tell_simulated(folder, run_simulation(folder, seed))


@click.command(short_help="Tạo thư mục cho nghiên cứu mới / a folder for a new study")
@click.argument("name")
@click.option(
    "--data", type=folder_path, metavar="DIR", help="Thư mục các nghiên cứu (data/) / of the studies."
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

    tell_new(create_study(name, near(data or data_folder_here()), example=example), example)
