"""The sequences that are held out, and what an answer to them costs."""

import numpy as np
import pytest

from ref.experiments.memory import copy
from ref.experiments.memory.copy import FIVE, TWICE
from ref.experiments.memory.study import part_config
from ref.experiments.memory.tasks import TEST, VALIDATION, baseline, held_out, measures, shown, task_of
from ref.experiments.memory.training import network_of, start
from ref.random import stream
from ref.tasks.algorithms import dynamic_ngrams
from tests.experiments.memory.little import copies, grams, one_part, tiny


class Answers:
    """A network that says the same whatever it is given: the right thing, `sure` of it, or nothing."""

    def __init__(self, t, sure: float):
        self.z, self.at = sure * (2 * t - 1), 0

    def forward(self, theta, x):
        z = self.z[:, self.at : self.at + x.shape[1]]
        self.at += x.shape[1]
        return z, None


def test_every_kind_of_held_out_sequences_is_drawn_apart():
    config = {**one_part(), "sizes": {"length": 5, "bits": 8}, "harder": {TWICE: {}, "again": {}}}
    drawn = [held_out(config, which, 6)[0] for which in (VALIDATION, TEST, TWICE, "again")]
    drawn.append(task_of(config).sample(stream(config["part_seed"], 0, "fresh cases"), 6)[0])
    drawn.append(np.repeat(shown(config)[0], 6, axis=1))
    assert all((a != b).any() for k, a in enumerate(drawn) for b in drawn[:k])
    np.testing.assert_array_equal(held_out(config, TEST, 6)[0], drawn[1])
    assert (held_out({**config, "part_seed": 9}, TEST, 6)[0] != drawn[1]).any()


def test_harder_sequences_have_their_own_sizes_and_the_one_that_is_drawn_the_largest():
    config = one_part()
    assert held_out(config, TWICE, 4)[0].shape == (13, 4, 3) and held_out(config, FIVE, 4)[0].shape[0] == 31
    assert 3 <= held_out(config, TEST, 50)[0].shape[0] <= 7
    assert shown(config)[0].shape == (7, 1, 3)
    assert shown(one_part(shown={"length": 2}))[0].shape == (5, 1, 3)
    assert baseline(config, TEST) == 4 and baseline(config, TWICE) == 12


@pytest.mark.parametrize("sure, bits, wrong", [(60, 0, 0), (0, 1, None), (-60, 60 / np.log(2), 1)])
def test_what_an_answer_costs(sure, bits, wrong):
    """Of one that is sure and right, one that says nothing, and one that is sure and wrong, for each bit asked for."""
    config = one_part()
    batch = held_out(config, TEST, 21)
    asked = batch[2].sum(axis=0) * 2
    found = measures(config, Answers(batch[1].astype(float), sure), None, batch)
    assert found["bits"] == pytest.approx(bits * asked.mean(), abs=1e-9) == found["excess"]
    assert found["floor"] == 0
    if wrong is not None:
        assert found["wrong_bits"] == wrong * asked.mean() and found["solved"] == 1 - wrong


def test_measures_do_not_depend_on_the_chunk():
    config = one_part("lstm")
    network = network_of(config)
    theta, batch = start(config, network), held_out(config, TEST, 21)
    few, whole = (measures({**config, "chunk": chunk}, network, theta, batch) for chunk in (4, 100))
    assert few == pytest.approx(whole, rel=1e-5)


def test_the_excess_of_n_grams_is_above_the_optimum_of_these_very_sequences():
    config = part_config(tiny(copy), grams(), "lstm")
    batch = held_out(config, TEST, 40)
    exact = Answers(np.zeros_like(batch[1]), 0)
    exact.z = dynamic_ngrams.predict(batch[0], context=2)
    assert measures(config, exact, None, batch)["excess"] == pytest.approx(0, abs=1e-6)
    untrained = Answers(batch[1], 0)
    found = measures(config, untrained, None, batch)
    assert found["bits"] == pytest.approx(12, rel=1e-6)
    assert found["excess"] == pytest.approx(12 - dynamic_ngrams.floor(*batch, context=2), rel=1e-6)
    assert baseline(config, TWICE) == 24 and copies()["harder"][TWICE] == {"length": 6}
