"""The command line. Whatever is heavy is imported by the command that needs it."""

from __future__ import annotations

import click

from diaban.cli.group import SpeakingGroup
from diaban.cli.releasing import release, review
from diaban.cli.running import open_, run
from diaban.cli.studies import check, new, simulate

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


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


for _command in (run, check, simulate, new, open_, release, review):
    main.add_command(_command)
