"""The experiments by name.  Each module is imported when it is asked for; see ref.experiments for what it offers."""

from importlib import import_module
from types import ModuleType

from ref.experiments.run import RunError, meant

EXPERIMENTS: dict[str, tuple[str, str]] = {  # name on the command line -> module, and what it is about in one line
    "hf-curves": ("ref.experiments.hessian_free.curves",
                  "Deep autoencoder on CURVES (our regeneration, not the papers' set): Hessian-free beside tuned "
                  "first-order methods."),
    "hf-mnist": ("ref.experiments.hessian_free.mnist",
                 "Deep autoencoder on MNIST-5k (the full set with preset paper): Hessian-free beside tuned "
                 "first-order methods."),
    "kfac-curves": ("ref.experiments.kfac.curves",
                    "Deep autoencoder on CURVES (our regeneration, not the papers' set): K-FAC, KFRA, Hessian-free, "
                    "Nesterov and Adam."),
    "hf-pathological": ("ref.experiments.hessian_free.pathological",
                        "Elman networks on long-term-dependency tasks: Hessian-free with and without structural "
                        "damping, first-order methods."),
    "ortho-copy": ("ref.experiments.orthogonality.copy",
                   "Copy memory: factorised networks by margin on their singular values, Elman networks, LSTM."),
    "ortho-adding": ("ref.experiments.orthogonality.adding",
                     "Adding: factorised networks by margin on their singular values, Elman networks, LSTM."),
    "ortho-images": ("ref.experiments.orthogonality.images",
                     "Images as sequences of pixels, in order and permuted: factorised networks by margin, Elman "
                     "networks, LSTM."),
    "ortho-text": ("ref.experiments.orthogonality.text",
                   "Next characters of Shakespeare and of a Markov source: factorised networks by margin, Elman "
                   "networks, LSTM."),
    "ortho-soft": ("ref.experiments.orthogonality.soft",
                   "Copy memory under soft constraints: a penalty on W, a Gaussian prior on its singular values, by "
                   "strength."),
    "ntm-copy": ("ref.experiments.memory.copy",
                 "A sequence of random vectors said again: neural Turing machines, a DNC, an LSTM."),
    "ntm-repeat": ("ref.experiments.memory.repeat",
                   "A sequence of random vectors said again several times: neural Turing machines, a DNC, an LSTM."),
    "ntm-recall": ("ref.experiments.memory.recall",
                   "The item that followed this one in a list: neural Turing machines, a DNC, an LSTM."),
    "ntm-ngrams": ("ref.experiments.memory.ngrams",
                   "The next bit of a new source in each sequence, beside the exact optimum: neural Turing machines, a "
                   "DNC, an LSTM."),
    "ntm-sort": ("ref.experiments.memory.sort",
                 "Vectors in the order of their priorities: neural Turing machines, a DNC, an LSTM."),
    "surfaces-optimizers": ("ref.experiments.loss_surfaces.optimizers.experiment",
                            "Where seven optimisers end from the same starts, and the loss on lines, triangles and "
                            "patches between the ends, with and without batch norm."),
    "surfaces-switching": ("ref.experiments.loss_surfaces.switching.experiment",
                           "One optimiser to some epoch, then another with a fresh state: where it ends, and what lies "
                           "between."),
    "surfaces-connectivity": ("ref.experiments.loss_surfaces.connectivity.experiment",
                              "What joins the ends of trainings: straight lines, lines after alignment of the units, "
                              "trained curves."),
    "surfaces-batchnorm": ("ref.experiments.loss_surfaces.batch_norm.experiment",
                           "The same lines, triangles and patches under five policies for the statistics of batch "
                           "norm, and without batch norm."),
    "surfaces-spectrum": ("ref.experiments.loss_surfaces.spectrum.experiment",
                          "The Hessian along training: its lowest and highest eigenvalue, how much of it is negative, "
                          "its density, and sharpness."),
}


LONG: dict[str, str] = {  # experiments with the preset "long": its core-hours, reckoned from times of single updates
    "ortho-copy": "16 core-hours: tanh and rectified units at 200 and 500 blanks; linear ones at 1,000 and 10,000; "
                  "starts from the identity",
    "ortho-adding": "6 core-hours: 128 units, 200 and 750 steps, 20,000 updates",
    "ortho-images": "13 core-hours: images of 28 x 28; at 14 x 14 three rates of the LSTM and of an Elman network; "
                    "9,600 updates",
    "ortho-text": "4 core-hours: 20,000 updates on 75 characters, 10,000 on 300",
    "ortho-soft": "8 core-hours: 15,000 updates, descent on the singular values at three rates, the second panel at "
                  "500 blanks",
}


def experiment(name: str) -> ModuleType:
    """The experiment's module.  Raises RunError for a name that is not registered."""
    if name not in EXPERIMENTS:
        raise RunError(f"no experiment is named {name!r}{meant(name, EXPERIMENTS)}; there are: "
                       f"{', '.join(EXPERIMENTS)}")
    return import_module(EXPERIMENTS[name][0])
