"""A study of counts alone that is small enough to be run from top to bottom."""

import re
from pathlib import Path

import pytest

GERMANY = Path(__file__).parents[2] / "data/germany_districts"


@pytest.fixture(scope="session")
def counts_alone(tmp_path_factory):
    """The German study with one stream and three indicators in its main model: same files, fewer models."""
    folder = tmp_path_factory.mktemp("counts") / "counts_alone"
    folder.mkdir()
    (folder / "raw").symlink_to(GERMANY / "raw", target_is_directory=True)
    text = (GERMANY / "study.toml").read_text("utf-8").replace('"germany_districts"', '"counts_alone"')
    blocks = re.split(r"^(?=\[\[)", text, flags=re.MULTILINE)
    kept = [b for b in blocks if not b.startswith("[[streams]]") or 'key = "robbery"' in b]
    others = r'(\[\[indicators\]\]\nkey = "(?!income|density|left_school_without_certificate)\w+")'
    (folder / "study.toml").write_text(re.sub(others, r"\1\nmodel = false", "".join(kept)), "utf-8")
    return folder
