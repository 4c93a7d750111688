"""Longhand's reference: deep-learning papers written out by hand in NumPy.

Every forward, backward, R-forward and R-backward pass is explicit code; `ref.checks` verifies each of them.

The names in `__all__` are the front door: `from ref import MLP, Objective, train` finds them wherever they are written.
Each is imported when it is first asked for, so that `import ref` stays quick.
"""

from importlib import import_module

from ref.vectors import keep_freed_memory

_HOMES = {  # module -> what the front door takes from it
    "ref.parameters": ("Parameters",),
    "ref.batch": ("Batch",),
    "ref.objective": ("Objective",),
    "ref.random": ("stream",),
    "ref.curvature": ("gauss_newton_product", "hessian_product"),
    "ref.networks.mlp": ("MLP",),
    "ref.networks.dnc_rnn": ("DNCRNN",),
    "ref.networks.elman_rnn": ("ElmanRNN",),
    "ref.networks.lrua_rnn": ("LRUARNN",),
    "ref.networks.lstm_rnn": ("LSTMRNN",),
    "ref.networks.ntm_rnn": ("NTMRNN",),
    "ref.linalg": ("conjugate_gradient",),
    "ref.optimizers": ("Adam", "GradientDescent", "Momentum", "Nesterov", "PerParameter", "RMSprop"),
    "ref.training": ("minibatches", "same_batch", "train"),
    "ref.hessian_free": ("Batches", "HessianFree", "KFAC", "KrylovSubspaceDescent"),
    "ref.orthogonality": ("CayleyDescent", "FactorizedRNN", "Stiefel"),
}
_PACKAGES = ("checks", "layers", "losses", "protocols", "tasks")
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted([*_HOME, *_PACKAGES])


def __getattr__(name: str):
    if name in _PACKAGES:
        return import_module(f"ref.{name}")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'ref' has no attribute {name!r}; at its front door are: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__


keep_freed_memory()
