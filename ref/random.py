"""Named streams of random numbers: what is drawn depends on the seed, the step and the purpose, and on nothing else.

    rng = stream(seed, step, "minibatch")

A run that is resumed at a step draws what it would have drawn, and no two purposes share draws: the noise of a step
must not be the numbers that its cases were chosen by.  Each purpose has a number, which seeds the generator beside the
seed and the step.  A number is never changed or given away, so that published results stay reproducible; a new purpose
takes a new one.

The runs of the first two papers' experiments were begun before: their start comes from default_rng(seed), and the
pictures of CURVES from [seed, 0] and [seed, 1], which the minibatches of steps 0 and 1 use too.  To part them would
change every published run.

What is drawn once, by the caller, takes a generator (`network.init(rng)`, `task.sample(rng, n)`); what is drawn again
at every step takes the seed and asks for a stream.
"""

import numpy as np

from ref.validation import require_count

PURPOSES = {  # purpose -> its number
    "minibatch": 0,  # which cases of a data set a step sees
    "held out": 1,  # fresh cases of a task that training never sees
    "fresh cases": 2,  # fresh cases of a task that a step sees
    "factors": 3,  # K-FAC's part of a batch, and its targets
    "noise": 4,  # of stochastic units
    "dropout": 5,  # masks
    "start": 6,  # initial parameters
    "directions": 7,  # of probes, surfaces and spectra
    "augmentation": 8,  # flips and shifts of pictures
    "curve": 9,  # points of a curve between networks
}


def stream(seed: int, step: int, purpose: str) -> np.random.Generator:
    """The generator of this seed, step and purpose.

    >>> from ref import stream
    >>> stream(0, 3, "noise").integers(100, size=3)
    array([81, 43, 86])
    >>> stream(0, 3, "dropout").integers(100, size=3)
    array([31, 35, 53])

    Raises ValueError for an unknown purpose or a negative seed or step.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"purpose is {purpose!r} but must be one of {', '.join(map(repr, PURPOSES))}")
    return np.random.default_rng([require_count("seed", seed, least=0), require_count("step", step, least=0),
                                  PURPOSES[purpose]])
