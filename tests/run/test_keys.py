import shutil
from datetime import date
from pathlib import Path

import pytest

from diaban.errors import DiabanError
from diaban.run.keys import code_key, content_key


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "study"
    (folder / "raw").mkdir(parents=True)
    (folder / "study.toml").write_text("a = 1")
    (folder / "raw" / "cases.csv").write_text("case\n1\n")
    return folder


def key(*paths, parameters=None, versions=None):
    return content_key(paths, parameters or {}, versions or {})


def test_a_copy_in_another_place_has_the_same_key(inputs, tmp_path):
    copied = shutil.copytree(inputs, tmp_path / "elsewhere" / "study")
    assert key(inputs) == key(copied)
    assert len(key(inputs)) == 64


def test_the_order_of_paths_and_parameters_does_not_matter(inputs):
    a, b = inputs / "study.toml", inputs / "raw"
    assert key(a, b) == key(b, a)
    assert key(a, parameters={"x": 1, "y": [2]}) == key(a, parameters={"y": [2], "x": 1})


def test_bytes_names_parameters_and_versions_each_count(inputs):
    keys = {key(inputs), key(inputs, parameters={"x": 1}), key(inputs, versions={"x": "1"})}
    (inputs / "raw" / "cases.csv").rename(inputs / "raw" / "other.csv")
    keys.add(key(inputs))
    (inputs / "raw" / "other.csv").write_text("case\n2\n")
    keys.add(key(inputs))
    assert len(keys) == 5


def test_no_paths_have_a_key_and_an_empty_folder_too(tmp_path):
    assert key() != key(parameters={"x": None})
    assert key(tmp_path) == key()


def test_bytecode_does_not_count(inputs):
    before = key(inputs)
    (inputs / "__pycache__").mkdir()
    (inputs / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert key(inputs) == before


def test_dates_and_paths_are_parameters_and_objects_are_not():
    assert key(parameters={"day": date(2024, 6, 30)}) == key(parameters={"day": "2024-06-30"})
    assert key(parameters={"path": Path("a/b")}) == key(parameters={"path": "a/b"})
    with pytest.raises(TypeError, match="set"):
        key(parameters={"x": {1}})
    with pytest.raises(ValueError, match="JSON"):
        key(parameters={"x": float("nan")})


def test_a_missing_input_is_named(tmp_path):
    with pytest.raises(DiabanError, match=r"none\.csv"):
        key(tmp_path / "none.csv")


def test_code_keys_follow_the_source(tmp_path, monkeypatch):
    package = tmp_path / "keyed_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "text.toml").write_text("a = 1")
    (tmp_path / "keyed_module.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    before = code_key("keyed_package")
    assert before != code_key("keyed_module")
    (package / "text.toml").write_text("a = 2")
    assert code_key("keyed_package") != before
    with pytest.raises(ModuleNotFoundError):
        code_key("no_such_package")


def test_files_of_a_linked_folder_count_and_a_loop_of_links_ends(tmp_path):
    """Tables on a shared disk, linked into the study: when they change, the run is a new one."""
    study, elsewhere = tmp_path / "study", tmp_path / "elsewhere"
    study.mkdir()
    elsewhere.mkdir()
    (study / "study.toml").write_text("a", encoding="utf-8")
    (elsewhere / "cases.csv").write_text("1", encoding="utf-8")
    alone = content_key([study], {}, {})
    (study / "tables").symlink_to(elsewhere, target_is_directory=True)
    (elsewhere / "back").symlink_to(study, target_is_directory=True)
    linked = content_key([study], {}, {})
    assert linked == content_key([study], {}, {}) != alone
    (elsewhere / "cases.csv").write_text("2", encoding="utf-8")
    assert content_key([study], {}, {}) != linked
