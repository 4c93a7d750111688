"""Files are whole or not there."""

import pytest

from ref.files import write_atomically


def test_it_writes_and_replaces(tmp_path):
    path = tmp_path / "file"
    for content in (b"first", b"second"):
        write_atomically(path, lambda file: file.write(content))
        assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(file):
        file.write(b"half of the n")
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk is full"):
        write_atomically(path, fail)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_an_unwritable_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "nowhere" / "file", lambda file: file.write(b""))


def test_nothing_is_visible_before_it_is_whole(tmp_path):
    path = tmp_path / "file"

    def look(file):
        file.write(b"half")
        file.flush()
        assert not path.exists()

    write_atomically(path, look)
    assert path.read_bytes() == b"half"
