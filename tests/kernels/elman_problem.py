"""A small recurrence, no two dimensions alike, and all results of its four passes."""

import numpy as np

PHIS = ("tanh", "logistic", "identity", "relu", "softplus")


def arrays(T: int, dtype=np.float64, N: int = 5, D: int = 3, H: int = 4, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)

    def normal(*shape, scale=1.0):
        return (scale * rng.standard_normal(shape)).astype(dtype)

    parameters = {name: normal(*shape, scale=0.5) for name, shape in (("U", (D, H)), ("W", (H, H)), ("b", (H,)), ("h0", (H,)))}
    directions = {f"R{name}": normal(*value.shape) for name, value in parameters.items()}
    return {"x": normal(T, N, D), "Rx": normal(T, N, D), **parameters, **directions,
            "dh": normal(T, N, H), "Rdh": normal(T, N, H), "damped": normal(T, N, H)}


def results(op, a: dict, phi: str, then=None) -> dict[str, np.ndarray]:
    """Every result of op's four passes.  then: another module whose backward passes go on from op's caches."""
    then = then or op
    h, cache = op.forward(a["x"], a["U"], a["W"], a["b"], a["h0"], phi)
    Rh, r_cache = op.r_forward(a["Rx"], a["RU"], a["RW"], a["Rb"], a["Rh0"], cache)
    Rh_data, r_cache_data = op.r_forward(None, a["RU"], a["RW"], a["Rb"], a["Rh0"], cache)
    passes = {
        "backward": then.backward(a["dh"], cache),
        "damped": then.backward(a["dh"], cache, a["damped"]),
        "backward of data": then.backward(a["dh"], cache, to_input=False),
        "R-backward": then.r_backward(a["Rdh"], a["dh"], cache, r_cache),
        "R-backward of data": then.r_backward(a["Rdh"], a["dh"], cache, r_cache_data, to_input=False),
    }
    named = {"h": h, "Rh": Rh, "Rh of data": Rh_data}
    for which, got in passes.items():
        named |= {f"{which}, {name}": array for name, array in zip(("dx", "dU", "dW", "db", "dh0"), got, strict=True)}
    return named


def assert_same(got: dict, expected: dict, tolerance: float) -> None:
    assert got.keys() == expected.keys()
    for name, array in expected.items():
        if array is None:
            assert got[name] is None, name
            continue
        assert got[name].dtype == array.dtype and got[name].shape == array.shape, name
        error = np.linalg.norm(got[name] - array) / np.linalg.norm(array)
        assert error <= tolerance, f"{name}: relative error {error:.1e}"
