import errno
import os
import shutil
from pathlib import Path

import pytest

from diaban.errors import DiabanError
from diaban.run import atomic
from diaban.run.atomic import point_latest, swap_directory, write_bytes, write_text, writing_in_words


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def site(folder, text):
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(text)
    return folder


def test_files_are_written_with_their_folder_and_nothing_beside(tmp_path):
    write_text(tmp_path / "a" / "x.txt", "Bù Đăng\r\n")
    write_bytes(tmp_path / "a" / "x.txt", b"new")
    assert (tmp_path / "a" / "x.txt").read_bytes() == b"new"
    assert names(tmp_path / "a") == ["x.txt"]


def test_a_write_that_breaks_leaves_the_old_file(tmp_path, monkeypatch):
    write_text(tmp_path / "x.txt", "old")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "x.txt", "new")
    assert (tmp_path / "x.txt").read_text() == "old"
    assert names(tmp_path) == ["x.txt"]


def test_a_folder_takes_the_place_of_the_old_one_or_of_none(tmp_path):
    for text in ("first", "second"):
        swap_directory(site(tmp_path / "site.tmp", text), tmp_path / "site")
        assert (tmp_path / "site" / "index.html").read_text() == text
        assert names(tmp_path) == ["site"]


@pytest.mark.parametrize("interrupted_at", [1, 2])
def test_an_interrupt_between_the_renames_leaves_a_whole_site(tmp_path, monkeypatch, interrupted_at):
    swap_directory(site(tmp_path / "site.tmp", "old"), tmp_path / "site")
    new = site(tmp_path / "site.tmp", "new")
    replace, calls = Path.replace, []

    def interrupting(self, target):
        calls.append(target)
        if len(calls) == interrupted_at:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupting)
    with pytest.raises(KeyboardInterrupt):
        swap_directory(new, tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text() == "old"
    assert names(tmp_path) == ["site", "site.tmp"]


def test_what_a_killed_swap_left_is_put_back_first(tmp_path):
    site(tmp_path / ".site.old", "old")
    with pytest.raises(FileNotFoundError):
        swap_directory(tmp_path / "none", tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text() == "old"


def test_latest_is_a_relative_link_to_the_newest(tmp_path):
    for run in ("one", "two"):
        site(tmp_path / run / "site", run)
        point_latest(tmp_path / "latest", tmp_path / run, page="site/index.html")
        assert (tmp_path / "latest" / "site" / "index.html").read_text() == run
    assert (tmp_path / "latest").readlink() == Path("two")
    assert names(tmp_path) == ["latest", "one", "two"]


def test_where_links_are_not_allowed_the_same_address_redirects(tmp_path):
    def refused(*_, **__):
        raise OSError("no privilege")

    for run in ("one", "hai số"):
        site(tmp_path / run / "site", run)
        point_latest(tmp_path / "latest", tmp_path / run, page="site/index.html", symlink=refused)
    page = (tmp_path / "latest" / "site" / "index.html").read_text()
    assert 'url=../../hai%20s%E1%BB%91/site/index.html"' in page
    assert names(tmp_path) == ["hai số", "latest", "one"]


def test_a_link_replaces_the_redirect_of_another_system(tmp_path):
    site(tmp_path / "latest" / "site", "redirect")
    site(tmp_path / "one" / "site", "one")
    point_latest(tmp_path / "latest", tmp_path / "one")
    assert (tmp_path / "latest" / "site" / "index.html").read_text() == "one"


def test_removing_a_link_spares_what_it_leads_to(tmp_path):
    site(tmp_path / "one", "one")
    point_latest(tmp_path / "latest", tmp_path / "one")
    atomic._remove(tmp_path / "latest")
    assert (tmp_path / "one" / "index.html").exists()
    shutil.rmtree(tmp_path / "one")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EFBIG, errno.EROFS])
def test_a_full_disk_is_said_in_words_whoever_wraps_it(tmp_path, code):
    def wrapped() -> None:
        try:
            raise OSError(code, os.strerror(code))
        except OSError as error:
            raise RuntimeError("a library's own words") from error

    with pytest.raises(DiabanError, match=os.strerror(code)) as caught, writing_in_words(tmp_path):
        wrapped()
    assert caught.value.key == "run_not_written"
    assert str(tmp_path) in caught.value.message("vi")


@pytest.mark.parametrize(
    "error", [FileNotFoundError(errno.ENOENT, "gone"), ValueError("no"), DiabanError("cli_stopped")]
)
def test_what_is_no_fault_of_the_disk_stays_as_it_is(tmp_path, error):
    with pytest.raises(type(error)) as caught, writing_in_words(tmp_path):
        raise error
    assert caught.value is error
