"""The example study with a target and two editions, the earlier one with files of its own."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import pandas as pd
from click.testing import CliRunner

from diaban.cli import main

DECLARED = """
[[targets]]
key = "fewer"
kind = "change"
stream = "offences"
change = -0.05
label = { vi = "giảm 5%", en = "5% fewer" }

[[editions]]
key = "2022-end"
label = { vi = "tổng kết năm 2022", en = "year-end 2022" }
kind = "year_end"
cutoff = 2022-12-31
folder = "editions/2022-end"

[[editions]]
key = "2023-end"
label = { vi = "tổng kết năm 2023", en = "year-end 2023" }
kind = "year_end"
cutoff = 2023-12-31

[[sources]]
table = "localities"
"""
CORRECTED = 7
"""Cases of 2022 in locality 101 that the earlier edition did not have yet."""


def write_trial(root: Path) -> Path:
    """data/trial below `root`; the example of `diaban new` and its two editions."""
    with chdir(root):
        result = CliRunner().invoke(main, ["new", "trial", "--example"])
    assert result.exit_code == 0, result.output
    folder = root / "data" / "trial"
    declared = folder / "study.toml"
    text = declared.read_text("utf-8")
    declared.write_text(text.replace('\n[[sources]]\ntable = "localities"\n', DECLARED, 1), "utf-8")
    counts = pd.read_csv(folder / "tables" / "counts.csv", dtype={"locality": "str", "period": "str"})
    then = counts[counts["period"] <= "2022"].copy()
    then.loc[(then["locality"] == "101") & (then["period"] == "2022"), "cases"] -= CORRECTED
    (folder / "editions" / "2022-end").mkdir(parents=True)
    then.to_csv(folder / "editions" / "2022-end" / "counts.csv", index=False)
    return folder
