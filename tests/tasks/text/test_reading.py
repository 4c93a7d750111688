"""A user's text file, every way it can be wrong, the split, and the text that ships."""

import gzip
import hashlib
from pathlib import Path

import pytest

from ref.tasks.images.labelled import DATA
from ref.tasks.text.reading import read_text, split
from ref.tasks.text.shakespeare import TITLES, tragedies

SOURCE = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "shakespeare.txt.gz"  # beside the project


@pytest.fixture
def write(tmp_path):
    def write(data, name="text.txt"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("data, text", [
    ("naïve\nlines\n".encode(), "naïve\nlines\n"),
    (b"\xef\xbb\xbfwith a mark", "with a mark"),
    (b"two\r\nlines\rthree", "two\nlines\nthree"),
])
def test_read(write, data, text, compressed):
    assert read_text(write(gzip.compress(data) if compressed else data)) == text


def test_other_encodings(write):
    assert read_text(write("naïve".encode("latin-1")), "latin-1") == "naïve"
    assert read_text(write("naïve".encode("utf-16")), "utf-16") == "naïve"


@pytest.mark.parametrize("name, data, message", [
    ("empty", b"", "is empty: it has 0 characters"),
    ("blank", b" \r\n\n", "is empty: it has 3 characters and no letter"),
    ("mark", b"\xef\xbb\xbf", "is empty"),
    ("latin", "naïve".encode("latin-1"), "is not in utf-8: byte 2 is 0xef; .* encoding='latin-1'"),
    ("utf16", "text".encode("utf-16"), "is not in utf-8: byte 0 is 0xff"),
    ("page.gz", b"<html>no</html>", r"is named \.gz but is not a gzip file"),
    ("short.gz", gzip.compress(b"text" * 50, mtime=0)[:-12], "its gzip stream breaks off"),
])
def test_files_that_are_wrong(write, name, data, message):
    path = write(data, name)
    with pytest.raises(ValueError, match=message) as error:
        read_text(path)
    assert str(path) in str(error.value)


def test_a_limit_is_kept_and_can_be_raised(write):
    path = write(gzip.compress(b"text" * 50))
    with pytest.raises(ValueError, match="is too large: it has more than the 199 bytes of limit"):
        read_text(path, limit=199)
    assert read_text(path, limit=200) == "text" * 50


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere does not exist but a text file, plain or gzip"):
        read_text(tmp_path / "nowhere")


def test_split_is_contiguous_and_leaves_nothing_out():
    text = "".join(map(chr, range(1000, 1200)))
    parts = split(text)
    assert "".join(parts) == text and [len(part) for part in parts] == [180, 10, 10]
    assert [len(part) for part in split(text, 0.25, 0.1)] == [130, 50, 20]
    assert "".join(split(text, 0.333, 0.123)) == text


@pytest.mark.parametrize("shares, message", [
    ((0, 0.1), "validation is 0 but must be above 0"), ((0.1, 1), "test is 1 but must be below 1"),
    ((-0.1, 0.1), "validation is -0.1"), ((0.1, float("nan")), "test is nan"),
    ((0.5, 0.5), "validation is 0.5 and test is 0.5 but together they must be below 1"),
    ((0.01, 0.1), "text has 20 characters, too few: its parts would have 18, 0, 2"),
])
def test_bad_splits(shares, message):
    with pytest.raises(ValueError, match=message):
        split("x" * 20, *shares)
    with pytest.raises(TypeError, match="test is 'half'"):
        split("x" * 20, 0.1, "half")


def test_the_text_that_ships():
    text = tragedies()
    assert len(text) == 993_263 and text.isascii() and len(set(text)) == 73
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "0c70c391dd2d725a1f8fd1fd91d0c8a77d0654b2291352db93edd4cebb3046a8"
    starts = [text.index(f"{title}\n\nby William Shakespeare\n") for title in TITLES]
    assert starts == sorted(starts) and starts[0] == 0 and text.count("by William Shakespeare") == 7
    for line in ("To be, or not to be,--that is the question:--", "Et tu, Brute?-- Then fall,", "Out, damned spot!"):
        assert line in text
    train, validation, test = split(text)
    assert text.index(validation) > starts[-1]
    assert round((len(train) - starts[-1]) / (len(text) - starts[-1]), 2) == 0.30


def test_its_file_is_small_and_its_licence_is_told():
    assert (DATA / "shakespeare.txt.gz").stat().st_size < 500_000
    told = (DATA / "README.md").read_text(encoding="utf-8")
    (row,) = [line for line in told.splitlines() if line.startswith("| `shakespeare.txt.gz`")]
    for part in ("993,263 characters", "copyright (c) 2005-6", "Open Knowledge Foundation", "CC BY 2.5",
                 "https://creativecommons.org/licenses/by/2.5/legalcode", "public domain"):
        assert part in row, part
    assert "Antony and Cleopatra, Hamlet, Julius Caesar, King Lear, Macbeth, Othello, Romeo and Juliet" in row
    assert "seven plays are selected" in told, "CC BY asks for the changes to be named"


def test_the_plays_are_whole_and_unchanged():
    """Each play of the excerpt is what stands between two titles of the edition."""
    if not SOURCE.exists():
        pytest.skip("NOT RUN: no edition at ../shared/data; put shakespeare.txt.gz there")
    edition, text = read_text(SOURCE, "ascii"), tragedies()
    ends = [text.index(f"{title}\n\nby William Shakespeare") for title in TITLES[1:]] + [len(text)]
    start = 0
    for title, end in zip(TITLES, ends):
        at = edition.index(f"{title}\n\nby William Shakespeare")
        assert edition[at : at + end - start] == text[start:end]
        following = edition[at + end - start :][:100]
        assert "by William Shakespeare" in following and following.split("\n")[0].isupper(), "the next work begins here"
        start = end
