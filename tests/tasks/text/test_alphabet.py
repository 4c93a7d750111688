"""Alphabets: there and back, against a dictionary, and what is outside."""

import numpy as np
import pytest

from ref.tasks.text.alphabet import UNKNOWN, Alphabet


def test_there_and_back_against_a_dictionary():
    symbols = "zebra\n ,ÄπU𝄞" + UNKNOWN
    letters, numbers = Alphabet(symbols), {symbol: code for code, symbol in enumerate(symbols)}
    text = "".join(np.random.default_rng(0).choice(list(symbols), size=500))
    codes = letters.encode(text)
    assert codes.tolist() == [numbers[symbol] for symbol in text] and codes.dtype == np.int32
    assert letters.decode(codes) == text and letters.decode(codes[::-1]) == text[::-1]
    assert len(letters) == len(symbols) == 13
    assert letters.encode("").shape == (0,) and letters.decode(letters.encode("")) == ""


def test_of_texts():
    assert Alphabet.of("banana\n", "nab!").symbols == "\n!abn"
    assert Alphabet.of("banana\n", first=UNKNOWN + "\n").symbols == UNKNOWN + "\nabn"
    assert Alphabet.of("banana\n") == Alphabet.of("\nnab")
    assert len(Alphabet.of("x")) == 1


@pytest.mark.parametrize("text, message", [
    ("caba\nad", r"text has 'd' in line 2, column 2, but the alphabet has only the 4 symbols '\\nabc'"),
    ("é", "text has 'é' in line 1, column 1"),
    ("ab\ncab\n\nbaz", "text has 'z' in line 4, column 3"),
    ("a b", "text has ' ' in line 1, column 2"),
    ("\n\ud800", r"text has '\\ud800' in line 2, column 1"),
])
def test_characters_outside(text, message):
    with pytest.raises(ValueError, match=message):
        Alphabet("\nabc").encode(text)


def test_bad_arguments():
    with pytest.raises(ValueError, match="symbols is empty"):
        Alphabet("")
    with pytest.raises(ValueError, match="symbols is empty"):
        Alphabet.of("")
    with pytest.raises(ValueError, match="symbols has 'b' twice, at 1 and at 3"):
        Alphabet("abcb")
    with pytest.raises(TypeError, match="symbols is a list but must be a string"):
        Alphabet(["a"])
    letters = Alphabet("abc")
    with pytest.raises(TypeError, match="text is a bytes but must be a string"):
        letters.encode(b"abc")
    for codes in ([0, 3], [-1, 0]):
        with pytest.raises(ValueError, match=r"codes go from .* but must be in 0 \.\. 2"):
            letters.decode(np.array(codes))
    for codes in (np.array([0.0]), np.array([[0]])):
        with pytest.raises(TypeError, match="codes is .* but must be whole numbers"):
            letters.decode(codes)
