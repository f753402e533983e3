"""A small invented study on disk, whole and sound, for tests to spoil one thing at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from diaban.intake import Intake, read_tables
from diaban.spec import read_spec

STUDY = """
[study]
key = "small"
title = { vi = "Nhỏ", en = "Small" }
subject = { vi = "thử", en = "trial" }
simulated = true
languages = ["vi", "en"]

[periods]
calendar = "calendar_year"
first = "2020"
last = "2022"
cutoff = 2022-06-30
report = "all"
baseline = "all"
blocks = [{ key = "all", periods = ["2020", "2021"] }]

[[levels]]
key = "province"
label = { vi = "tỉnh", en = "province" }
plural = { vi = "các tỉnh", en = "provinces" }
[[levels]]
key = "district"
label = { vi = "huyện", en = "district" }
plural = { vi = "các huyện", en = "districts" }
[[levels]]
key = "commune"
label = { vi = "xã", en = "commune" }
plural = { vi = "các xã", en = "communes" }

[places]
report_level = "district"
analysis_level = "commune"

[populations.young]
label = { vi = "trẻ", en = "young" }
age_bands = ["0-9", "10-15"]
[populations.older]
label = { vi = "lớn", en = "older" }
age_bands = ["16-17"]

[[streams]]
key = "harm"
label = { vi = "a", en = "harm" }
short = { vi = "a", en = "harm" }
cases_noun = { vi = "vụ a", en = "cases of harm" }
population = "young"
select = { topic = ["h", "both"] }
[[streams]]
key = "theft"
label = { vi = "b", en = "theft" }
short = { vi = "b", en = "theft" }
cases_noun = { vi = "vụ b", en = "cases of theft" }
population = "older"
select = { topic = ["t", "both"] }

[[domains]]
key = "d"
label = { vi = "d", en = "d" }
[[indicators]]
key = "poor"
label = { vi = "nghèo", en = "poor" }
unit = { vi = "%", en = "%" }
domain = "d"
higher_is = "worse"

[reference]
code_book = "code_book.csv"
"""

SOURCES = """
[[sources]]
table = "{table}"
path = "{table}.csv"
"""

FILES = {
    "localities": """locality,name,type,level,parent
1,Trên,Tỉnh,province,
10,Bù Đăng,Huyện,district,1
11,Đồng Phú,Huyện,district,1
101,Tân Hưng,Xã,commune,10
102,Thọ Sơn,Xã,commune,10
111,Tân Hưng,Xã,commune,11
""",
    "population": "locality,period,age_band,persons\n"
    + "".join(
        f"{place},{year},{band},{persons}\n"
        for place in (101, 102, 111)
        for year in (2020, 2021, 2022)
        for band, persons in (("0-9", 500), ("10-15", 300), ("16-17", 100))
    ),
    "cases": """case_key,topic,locality,occurred_from,occurred_to,reported_on
c1,h,101,2020-01-01,2020-01-02,2020-01-05
c2,t,102,2020-03-01,2020-03-01,2020-03-02
c3,both,111,2021-05-05,,2021-05-06
c4,h,101,,,2021-12-31
c5,t,111,2022-06-30,2022-06-30,2022-06-30
""",
    "persons": """case_key,person_key,role,sex
c1,p1,victim,F
c1,p2,suspect,M
c2,p3,suspect,M
c2,p4,suspect,M
c3,p5,both,F
""",
    "cause_codes": """case_key,code,kind,strength,evidence,coder_id,round
c1,GD1,C,2,A,k1,1
c1,XX,,,,k2,2
c2,NT1,C,1,B,k1,1
""",
    "process_events": "case_key,step,date,reason_code\nc1,received,2020-01-05,\nc2,received,2020-03-02,\n",
    "indicators": "locality,period,indicator,value\n101,2020,poor,12.5\n102,2020,poor,3\n",
}

CODE_BOOK = "code,kind,domain,label_vi,label_en\nGD1,cause,d,a,a\nNT1,cause,d,b,b\n"


@dataclass
class SmallStudy:
    """The folder of the study, and what to do with it."""

    folder: Path

    def spoil(self, table: str, old: str, new: str) -> None:
        """Replace the one place in a file where `old` stands."""
        path = self.folder / (table if "." in table else f"{table}.csv")
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (old, text)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def read(self) -> Intake:
        return read_tables(read_spec(self.folder), self.folder)


@pytest.fixture
def small_study(tmp_path: Path) -> SmallStudy:
    declared = STUDY + "".join(SOURCES.format(table=table) for table in FILES)
    (tmp_path / "study.toml").write_text(declared, encoding="utf-8")
    (tmp_path / "code_book.csv").write_text(CODE_BOOK, encoding="utf-8")
    for table, text in FILES.items():
        (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
    return SmallStudy(tmp_path)
