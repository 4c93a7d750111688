"""What a run's ops run on: NumPy, or their compiled twins.  Which of them an experiment has is in its KERNELS."""

from importlib import import_module

from ref.experiments.run import RunError


def require_kernels(module, kernels: str) -> None:
    """Raises RunError where the experiment has no ops with such twins, or where the kernels cannot be imported."""
    if kernels not in module.KERNELS:
        raise RunError(f"kernels is {kernels!r} but {module.NAME} runs on {' or '.join(module.KERNELS)}")
    if kernels != "numpy":
        try:
            import_module(f"numba_kernels.{kernels}")
        except ImportError as error:
            raise RunError(f"kernels is {kernels!r}, which needs numba_kernels.{kernels}, but importing it fails: "
                           f"{error}; kernels 'numpy' need nothing") from error


def on_kernels(network, kernels: str):
    """The network, with compiled ops if they are asked for.  Raises RunError for kernels that have no twins."""
    if kernels == "numpy":
        return network
    if kernels != "cpu":
        raise RunError(f"kernels is {kernels!r} but networks run on numpy or cpu")
    import numba_kernels

    return numba_kernels.accelerate(network)
