"""Penn Treebank's two forms, from small files made here."""

import gzip
import string

import numpy as np
import pytest

from ref.tasks.text.alphabet import UNKNOWN
from ref.tasks.text.lines import line_rows
from ref.tasks.text.next_symbol import next_symbols
from ref.tasks.text.penn_treebank import alphabet, load, load_file

SENTENCES = ["mr. <unk> sold N shares", "it was n't the dutch <unk> group 's", "<unk>-style"]
PUNCTUATION = "#$&'*-./\\"


def words(sentences):
    return "".join(f" {sentence} \n" for sentence in sentences)


def characters(sentences):
    return "".join(" " + " ".join(sentence.replace(" ", "_")) + " \n" for sentence in sentences)


@pytest.mark.parametrize("form", [words, characters])
def test_both_forms_are_the_same_text(tmp_path, form):
    path = tmp_path / "file"
    path.write_text(form(SENTENCES))
    text = load_file(path)
    assert text == "".join(sentence.replace("<unk>", UNKNOWN) + "\n" for sentence in SENTENCES)
    assert text.count(UNKNOWN) == 3 and "<" not in text and "_" not in text


def test_characters_written_by_hand(tmp_path):
    path = tmp_path / "file"
    path.write_text(" n o _ i t _ < u n k > _ N \n a \n")
    assert load_file(path) == f"no it {UNKNOWN} N\na\n"


def test_the_alphabet_of_the_released_code():
    """49 symbols, `<unk>` and the newline first; spelled out, `<unk>` would make 50 of them."""
    sentence = f"{string.ascii_lowercase} {string.digits} N {PUNCTUATION} <unk>"
    letters = alphabet(sentence.replace("<unk>", UNKNOWN) + "\n")
    assert len(letters) == 49 and letters.symbols[:2] == UNKNOWN + "\n"
    assert letters.symbols[2:] == "".join(sorted(letters.symbols[2:]))
    assert len(alphabet(sentence)) == 49 + 2 and UNKNOWN in alphabet("no rare word").symbols


@pytest.mark.parametrize("prefix, form", [("ptb.", words), ("ptb.char.", characters)])
def test_a_folder(tmp_path, prefix, form):
    for part, sentences in zip(("train", "valid", "test"), (SENTENCES, SENTENCES[:2], SENTENCES[2:])):
        data = form(sentences).encode()
        if part == "valid":
            (tmp_path / f"{prefix}{part}.txt.gz").write_bytes(gzip.compress(data))
        else:
            (tmp_path / f"{prefix}{part}.txt").write_bytes(data)
    train, validation, test = load(tmp_path)
    assert [text.count("\n") for text in (train, validation, test)] == [3, 2, 1] and train == validation + test

    letters = alphabet(train, validation, test)
    rows = line_rows(train, letters, 31)
    x, t, mask = next_symbols(rows, len(letters))
    assert len(rows) == 3 and mask.sum(axis=0).tolist() == [19, 31, 7], "each <unk> is one character"
    assert len(line_rows(train, letters, 30)) == 2
    assert letters.decode(rows[2][:8]) == UNKNOWN + "-style\n" and np.all(rows[2][8:] == -1)

    (tmp_path / f"{prefix}test.txt").unlink()
    with pytest.raises(FileNotFoundError, match=r"has none of ptb\.test\.txt, .*ptb\.char\.test\.txt\.gz: a file"):
        load(tmp_path)


def test_files_that_are_wrong(tmp_path):
    path = tmp_path / "ptb.train.txt"
    with pytest.raises(FileNotFoundError, match="does not exist but a text file"):
        load_file(path)
    path.write_bytes(b" \n")
    with pytest.raises(ValueError, match="ptb.train.txt is empty"):
        load_file(path)
    path.write_bytes(b"caf\xe9 society\n")
    with pytest.raises(ValueError, match="ptb.train.txt is not in utf-8: byte 3 is 0xe9"):
        load_file(path)
