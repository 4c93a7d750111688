"""Dynamic n-grams: the optimum against the probabilities of all sequences, and against what is drawn."""

import itertools

import numpy as np
import pytest
from scipy.special import betaln

from ref.tasks.algorithms.dynamic_ngrams import dynamic_ngrams, floor, predict
from ref.tasks.algorithms.scoring import bits_of_each, bits_per_sequence


def log2_marginal(bits, context):
    """log2 P(bits), every table entry integrated out: one Beta integral for each context that occurs."""
    counts = {}
    for j in range(context, len(bits)):
        counts.setdefault(bits[j - context : j], [0, 0])[bits[j]] += 1
    beta = sum(betaln(ones + 0.5, zeros + 0.5) - betaln(0.5, 0.5) for zeros, ones in counts.values())
    return beta / np.log(2) - context


def every_sequence(T):
    """x, t, mask of all 2^T sequences, and the sequences."""
    bits = list(itertools.product((0, 1), repeat=T))
    t = np.array(bits, float).T[..., None]
    return np.concatenate([np.zeros_like(t[:1]), t[:-1]]), t, np.ones(t.shape[:2], bool), bits


@pytest.mark.parametrize("T, context", [(2, 1), (8, 1), (10, 2), (11, 3)])
def test_the_optimum_is_the_source_s_own_code(T, context):
    """Bit by bit it costs what the sequence's probability says: the chain rule, against integrals over the tables."""
    x, t, mask, bits = every_sequence(T)
    expected = np.array([-log2_marginal(one, context) for one in bits])
    assert np.sum(2.0**-expected) == pytest.approx(1, rel=1e-12)
    np.testing.assert_allclose(bits_of_each(predict(x, context), t, mask), expected, rtol=1e-12)


@pytest.mark.parametrize("T, context", [(8, 1), (6, 2)])
def test_sequences_are_drawn_as_often_as_they_are_likely(T, context):
    n = 100_000
    batch = dynamic_ngrams(T, context).sample(np.random.default_rng(0), n)
    codes = batch.targets[0][..., 0].astype(int).T @ 2 ** np.arange(T - 1, -1, -1)
    log2_p = np.array([log2_marginal(one, context) for one in every_sequence(T)[-1]])
    away = (np.bincount(codes, minlength=2**T) / n - 2**log2_p) / np.sqrt(2**log2_p / n)
    assert np.abs(away).max() < 4.5 and np.mean(away**2) < 1.3, "in standard deviations"
    assert floor(*batch, context) == pytest.approx(-np.sum(2**log2_p * log2_p), abs=0.03), "the source's entropy"


def test_layout():
    task = dynamic_ngrams()
    x, t, mask = task.sample(np.random.default_rng(0), 50)
    assert x.shape == t.shape == (200, 50, 1) and mask.all() and task.baseline == 200
    assert not x[0].any()
    np.testing.assert_array_equal(x[1:], t[:-1])


def test_the_paper_s_optimum():
    x, t, mask = dynamic_ngrams().sample(np.random.default_rng(0), 10_000)
    z = predict(x)
    bits = bits_of_each(z, t, mask)
    assert floor(x, t, mask) == bits.mean()
    assert bits.std() / 100 == pytest.approx(0.36, abs=0.02)
    assert bits.mean() == pytest.approx(133.3, abs=4 * 0.36)
    assert not z[:5].any(), "the first five bits cost a bit each"
    later = np.array(mask)
    later[:5] = False
    assert bits_per_sequence(z, t, later) == pytest.approx(bits.mean() - 5, rel=1e-12)


def test_it_beats_every_answer_that_is_the_same_for_all_sequences():
    """The best of those with the same context is found on the very batch, and still costs 50 bits more."""
    x, t, mask = dynamic_ngrams().sample(np.random.default_rng(1), 4000)
    optimum = floor(x, t, mask)
    bits = t[..., 0].astype(int)
    context = sum(2**back * np.roll(bits, back + 1, axis=0) for back in range(5))[5:]
    ones = np.bincount(context.ravel(), bits[5:].ravel(), 32) / np.bincount(context.ravel(), minlength=32)
    z = np.zeros_like(t)
    z[5:, :, 0] = np.log(ones / (1 - ones))[context]
    same = bits_per_sequence(z, t, mask)
    assert optimum + 50 < same < 190
    assert bits_per_sequence(np.zeros_like(t), t, mask) == pytest.approx(200, rel=1e-14)
    for shift in (-0.2, 0.2):
        assert bits_per_sequence(np.full_like(t, shift), t, mask) > 200


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_surer_or_less_sure_is_worse(factor):
    x, t, mask = dynamic_ngrams().sample(np.random.default_rng(2), 2000)
    z = predict(x)
    difference = bits_of_each(factor * z, t, mask) - bits_of_each(z, t, mask)
    assert difference.mean() > 4 * difference.std() / 2000**0.5


def test_it_is_calibrated():
    """Of the bits that it gives the probability p, a share p are ones."""
    x, t, _ = dynamic_ngrams().sample(np.random.default_rng(3), 4000)
    p, bit = (1 / (1 + np.exp(-predict(x)))).ravel(), t.ravel()
    bins = np.digitize(p, np.linspace(0, 1, 11)[1:-1])
    for k in range(10):
        inside = bins == k
        assert inside.sum() > 10_000
        assert bit[inside].mean() == pytest.approx(p[inside].mean(), abs=0.01)


def test_the_optimum_sees_the_past_alone():
    x, _, _ = dynamic_ngrams(60).sample(np.random.default_rng(5), 4)
    z = predict(x)
    for j in (6, 20, 41):
        changed = np.array(x)
        changed[j + 1 :] = 1 - changed[j + 1 :]
        np.testing.assert_array_equal(predict(changed)[: j + 1], z[: j + 1])
        assert not np.array_equal(predict(changed)[j + 1 :], z[j + 1 :])


def test_precision_and_padding():
    task = dynamic_ngrams((10, 40), context=2, lengths="case", dtype=np.float32)
    x, t, mask = task.sample(np.random.default_rng(6), 30)
    z = predict(x, 2)
    assert z.dtype == np.float32
    assert floor(x, t, mask, 2) == pytest.approx(floor(*(a.astype(float) for a in (x, t)), mask, 2), rel=1e-6)
    for case, T in enumerate(mask.sum(axis=0)):
        np.testing.assert_array_equal(predict(np.ascontiguousarray(x[:T, [case]]), 2)[:, 0], z[:T, case])


def test_bad_arguments():
    for call, error, message in [
        (lambda: dynamic_ngrams(0), ValueError, "length is 0 but must be at least 6"),
        (lambda: dynamic_ngrams((5, 9)), ValueError, r"length\[0\] is 5 but must be at least 6"),
        (lambda: dynamic_ngrams((9, 8)), ValueError, r"length is \(9, 8\) but its least, 9, must not be above"),
        (lambda: dynamic_ngrams(context=0), ValueError, "context is 0 but must be at least 1"),
        (lambda: dynamic_ngrams(context=17), ValueError, "context is 17 but must be at most 16"),
        (lambda: predict(np.zeros((5, 3, 2))), ValueError, r"x has shape \(5, 3, 2\) but must be \(T, N, 1\)"),
        (lambda: predict(np.zeros((5, 3, 1)), 0), ValueError, "context is 0"),
    ]:
        with pytest.raises(error, match=message):
            call()
