"""Penn Treebank on characters, from a user's own files: the corpus is the LDC's and does not ship.

    ptb.train.txt, ptb.valid.txt, ptb.test.txt                  words, with a blank before and after each
    ptb.char.train.txt, ptb.char.valid.txt, ptb.char.test.txt   the same as characters, blanks between, _ for a blank

One line is one sentence, in small letters; numbers are N and rare words `<unk>`, which is **one** symbol here, UNKNOWN.
Which of the two forms a file has is seen from its content: the second has no word of two characters. Blanks at a
line's ends are left out (our choice). The alphabet has `<unk>` and the newline as its first two symbols, as in the code
that was released with Vorontsov et al. 2017, which has 49: with them digits, N, blank, a to z and some punctuation.
Where `<unk>` is spelled out instead, `<` and `>` take its place and there is one symbol more.

The files go through `lines`, one sentence a sequence, or, joined, through `characters`.
"""

from os import PathLike
from pathlib import Path

from ref.tasks.text.alphabet import UNKNOWN, Alphabet
from ref.tasks.text.reading import read_text

PARTS = ("train", "valid", "test")


def load(folder: str | PathLike) -> tuple[str, str, str]:
    """(train, validation, test) from a folder with the three files in one of the two forms, each plain or with .gz."""
    return tuple(load_file(find(Path(folder), part)) for part in PARTS)


def load_file(path: str | PathLike) -> str:
    """The sentences of one file, each with a newline at its end. Raises what `read_text` raises."""
    words = [line.split() for line in read_text(path).rstrip("\n").split("\n")]
    if all(len(word) == 1 for line in words for word in line):
        lines = ["".join(line).replace("_", " ").strip() for line in words]
    else:
        lines = [" ".join(line) for line in words]
    return "".join(line.replace("<unk>", UNKNOWN) + "\n" for line in lines)


def alphabet(*texts: str) -> Alphabet:
    """`<unk>`, the newline, and the other characters of the texts, sorted."""
    return Alphabet.of(*texts, first=UNKNOWN + "\n")


def find(folder: Path, part: str) -> Path:
    names = [f"ptb.{form}{part}.txt{end}" for form in ("", "char.") for end in ("", ".gz")]
    for name in names:
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"{folder} has none of {', '.join(names)}: a file for each of {', '.join(PARTS)} is needed")
