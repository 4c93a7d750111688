"""Windows of a text, and lines of one: each character a target once, what is dropped, what is masked."""

import pickle

import numpy as np
import pytest

from ref.tasks.text.alphabet import Alphabet
from ref.tasks.text.characters import language_model, windows
from ref.tasks.text.lines import line_model, line_rows
from ref.tasks.text.next_symbol import next_symbols
from ref.tasks.text.reading import split
from ref.tasks.text.shakespeare import tragedies

TEXT = "To be, or not to be:\n\nthat is\nthe question\nwhether it is nobler\na"
LETTERS = Alphabet.of(TEXT)


@pytest.mark.parametrize("T", [1, 2, 7, 22, 64, 65, 100])
def test_windows_have_each_character_but_the_first_as_a_target_once(T):
    codes = LETTERS.encode(TEXT)
    assert len(codes) == 65
    rows = windows(codes, T)
    assert rows.shape == (-(-64 // T), T + 1)
    x, t, mask = next_symbols(rows, len(LETTERS))
    targets = [t[k, n].argmax() for n in range(len(rows)) for k in range(T) if mask[k, n]]
    inputs = [x[k, n].argmax() for n in range(len(rows)) for k in range(T) if mask[k, n]]
    assert targets == codes[1:].tolist() and inputs == codes[:-1].tolist()
    assert np.all(mask.sum(axis=0)[:-1] == T)


@pytest.mark.parametrize("T", [1, 5, 64])
def test_a_task_draws_windows_from_everywhere(T):
    codes = np.arange(65, dtype=np.int32)  # each code its own place
    task = language_model("test", codes, T, 65)
    assert (task.T, task.steps, task.n_inputs, task.n_outputs, task.outputs) == (T, T, 65, 65, "all")
    x, t, mask = task.sample(np.random.default_rng(0), 2000)
    starts = x[0].argmax(axis=-1)
    assert mask.all()
    np.testing.assert_array_equal(x.argmax(axis=-1), starts + np.arange(T)[:, None])
    np.testing.assert_array_equal(t.argmax(axis=-1), starts + 1 + np.arange(T)[:, None])
    counts = np.bincount(starts, minlength=65 - T)
    assert len(counts) == 65 - T, "the last window ends with the text"
    np.testing.assert_allclose(counts, 2000 / (65 - T), atol=5 * np.sqrt(2000 / (65 - T)))


def test_same_seed_same_bytes_in_another_process_too():
    codes = LETTERS.encode(TEXT)
    for task in (language_model("test", codes, 9, len(LETTERS), np.float32),
                 line_model("test", line_rows(TEXT, LETTERS, 12), len(LETTERS), np.float32)):
        first = task.sample(np.random.default_rng(3), 3)
        assert first[0].dtype == first[1].dtype == np.float32
        for a, b in zip(first, pickle.loads(pickle.dumps(task)).sample(np.random.default_rng(3), 3)):
            assert a.tobytes() == b.tobytes()
        other = [task.sample(np.random.default_rng(seed), 3)[0] for seed in (4, 5)]
        assert any(not np.array_equal(x, first[0]) for x in other)


@pytest.mark.parametrize("T, kept", [
    (1, ["a"]), (7, ["that is", "a"]), (12, ["that is", "the question", "a"]),
    (19, ["that is", "the question", "a"]), (20, ["To be, or not to be:", "that is", "the question",
                                                 "whether it is nobler", "a"])])
def test_lines(T, kept):
    rows = line_rows(TEXT, LETTERS, T)
    assert rows.shape == (len(kept), T + 1)
    for row, line in zip(rows, kept):
        ended = LETTERS.encode(line + "\n").tolist()
        assert row.tolist() == ended + [-1] * (T + 1 - len(ended))
    x, t, mask = next_symbols(rows, len(LETTERS))
    assert mask.sum(axis=0).tolist() == [len(line) for line in kept]
    for n, line in enumerate(kept):
        assert LETTERS.decode(x[mask[:, n], n].argmax(axis=-1)) == line
        assert LETTERS.decode(t[mask[:, n], n].argmax(axis=-1)) == line[1:] + "\n"
        assert np.all(x[~mask[:, n], n] == 0) and np.all(t[~mask[:, n], n] == 0)


def test_a_newline_at_the_end_is_no_line():
    np.testing.assert_array_equal(line_rows(TEXT + "\n", LETTERS, 20), line_rows(TEXT, LETTERS, 20))


def test_a_line_model_draws_different_lines():
    task = line_model("test", line_rows(TEXT, LETTERS, 20), len(LETTERS))
    assert (task.T, task.steps, task.n_inputs) == (20, 20, len(LETTERS))
    x, t, mask = task.sample(np.random.default_rng(0), 5)
    assert sorted(mask.sum(axis=0)) == sorted(len(line) for line in TEXT.split("\n") if line)
    assert task.wrong(8 * t - 4, t, mask) == 0


def test_on_the_text_that_ships():
    text = tragedies()
    letters = Alphabet.of(text)
    train, validation, test = map(letters.encode, split(text))
    assert len(letters) == 73 and letters.decode(test) == split(text)[2]
    x, t, mask = language_model("tragedies", train, 100, 73, np.float32).sample(np.random.default_rng(0), 50)
    assert x.shape == (100, 50, 73)
    for n in range(3):
        assert letters.decode(x[:, n].argmax(axis=-1)) in text
    assert next_symbols(windows(validation, 100), 73, np.float32)[2].sum() == len(validation) - 1
    rows = line_rows(text, letters, 75)
    assert len(rows) == sum(0 < len(line) <= 75 for line in text.split("\n")) > 25_000


def test_bad_arguments():
    codes = LETTERS.encode(TEXT)
    for call, error, message in [
        (lambda: language_model("test", codes, 65, 20), ValueError, "T is 65 but the text has only 65 characters"),
        (lambda: language_model("test", codes, 0, 20), ValueError, "T is 0 but must be at least 1"),
        (lambda: language_model("test", TEXT, 5, 20), TypeError, "codes is <U65 but must be signed whole numbers"),
        (lambda: language_model("test", codes, 5, 3).sample(np.random.default_rng(0), 9), ValueError, "below C = 3"),
        (lambda: windows(codes[:1], 5), ValueError, r"codes has shape \(1,\) but must be \(L,\) with L at least 2"),
        (lambda: windows(codes[None], 5), ValueError, r"codes has shape \(1, 65\)"),
        (lambda: windows(codes - 1, 5), ValueError, "codes has -1 but must be at least 0"),
        (lambda: windows(codes.astype(np.uint8), 5), TypeError, "codes is uint8"),
        (lambda: windows(codes, 2.0), TypeError, "T is 2.0"),
        (lambda: line_rows("abc\nabcd\n", Alphabet("\nabcd"), 2), ValueError,
         "T is 2 but the shortest of 2 lines has 3 characters"),
        (lambda: line_rows("\n\n", LETTERS, 5), ValueError, "text has no line with a character in it"),
        (lambda: line_rows("", LETTERS, 5), ValueError, "text has no line with a character in it"),
        (lambda: line_rows("that\nzebra", LETTERS, 5), ValueError, "text has 'z' in line 2, column 1"),
        (lambda: line_rows("ab", Alphabet("ab"), 5), ValueError, r"text has '\\n' in line 1, column 3"),
        (lambda: line_rows(TEXT, LETTERS, 0), ValueError, "T is 0"),
        (lambda: line_model("test", line_rows(TEXT, LETTERS, 9).astype(float), 20), TypeError, "rows is float64"),
    ]:
        with pytest.raises(error, match=message):
            call()
