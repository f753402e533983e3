"""The README of a new study: every table and column, in both languages."""

from __future__ import annotations

from diaban.new_study.guide import TableGuide, guides

_HEAD = """# {name}

Thư mục của một nghiên cứu: `study.toml` khai báo, `tables/` chứa số liệu.
The folder of a study: `study.toml` declares it, `tables/` holds its data.

1. Điền `tables/localities.csv`, `tables/population.csv`, `tables/counts.csv`, hoặc khai báo tệp của mình
   ở phần 8 của `study.toml`. / Fill in these three tables, or declare your own files in part 8.
2. Điền những chỗ "HÃY ĐIỀN" trong `study.toml`. / Replace what says "FILL IN" in `study.toml`.
3. `diaban check {name}` cho biết còn thiếu gì. / tells what is still missing.
4. `diaban run {name}` tạo các trang. / makes the pages.
5. `diaban review {name}` ghi các nhận định cần thẩm định vào `review.toml`. / lists the findings to review.
6. `diaban release {name}` tạo tệp .zip, thứ duy nhất được đưa ra ngoài.
   / makes the .zip, the only thing that may leave.

Các tệp CSV: mã UTF-8, cột cách nhau bằng dấu phẩy, số viết 1234.5, ngày viết 2024-06-30; tệp viết cách khác
thì khai báo trong `study.toml`. Cột có dấu * là bắt buộc.
CSV files: UTF-8, columns separated by commas, numbers as 1234.5, dates as 2024-06-30; files written otherwise
are declared in `study.toml`. Columns with * must be there.

Không đưa vào đây tên, địa chỉ, số giấy tờ, ngày sinh hay lời kể.
No names, addresses, identity numbers, dates of birth or free text belong in here.
"""


def readme(name: str) -> str:
    """The text of README.md."""
    return "\n".join([_HEAD.format(name=name), *(_section(guide) for guide in guides().values())])


def _section(guide: TableGuide) -> str:
    lines = [f"## {guide.table}", "", guide.purpose["vi"], guide.purpose["en"], ""]
    lines += ["| cột / column | | | ví dụ / example |", "| --- | --- | --- | --- |"]
    for column in guide.columns:
        mark = " *" if column.needed else ""
        lines.append(f"| `{column.name}`{mark} | {column.vi} | {column.en} | {column.examples[-1]} |")
    return "\n".join([*lines, ""])
