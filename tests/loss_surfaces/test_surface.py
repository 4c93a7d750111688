"""Surfaces: every point once and from its corners.  Each defect that is known from public code is a test here."""

import numpy as np
import pytest

from ref.loss_surfaces.batch_norm.policies import make
from ref.loss_surfaces.between import barycentric_grid
from ref.loss_surfaces.measures import width
from ref.loss_surfaces.surface import (
    Surface,
    columns,
    evaluate,
    grid,
    measurement,
    misclassified,
    on_line,
    on_patch,
    on_ray,
    on_triangle,
)
from ref.losses import masked, softmax_cross_entropy, squared_error
from ref.networks.lstm_rnn import LSTMRNN
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.parameters import Parameters
from tests.loss_surfaces.pictures import networks, objective, pictures, small

AXIS = np.linspace(0, 1, 5)


def corners(n: int) -> dict[str, Parameters]:
    rng = np.random.default_rng(0)
    return {"ABCD"[k]: Parameters.from_vector(rng.standard_normal(7), {"W": (2, 3), "b": (1,)}) for k in range(n)}


def where(surface: Surface, points) -> list[np.ndarray]:
    """theta at each point that is evaluated, in that order."""
    return [row["theta"] for row in evaluate(surface, points, lambda theta, shares: {"theta": theta.vector})]


SURFACES = {"line": (on_line, 2, AXIS), "ray": (on_ray, 2, AXIS - 0.5), "patch": (on_patch, 4, grid(AXIS, AXIS)),
            "triangle": (on_triangle, 3, barycentric_grid(4))}


@pytest.mark.parametrize("kind", SURFACES)
def test_the_shares_are_those_of_the_corners(kind):
    of, n, points = SURFACES[kind]
    surface = of(corners(n))
    for row in evaluate(surface, points, lambda theta, shares: {"theta": theta.vector, "shares": shares}):
        assert sum(row["shares"]) == pytest.approx(1)
        mixed = sum(share * theta.vector for share, theta in zip(row["shares"], surface.corners.values(), strict=True))
        np.testing.assert_allclose(row["theta"], mixed, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("kind", SURFACES)
def test_every_point_is_evaluated_once(kind):
    of, n, points = SURFACES[kind]
    found = where(of(corners(n)), points)
    assert len(found) == len(points) == len({theta.tobytes() for theta in found})


def test_the_start_is_evaluated():
    """A walk that steps before it looks leaves the first point out."""
    surface = on_line(corners(2))
    found = where(surface, AXIS)
    assert found[0].tobytes() == surface.corners["A"].vector.tobytes()
    assert found[-1].tobytes() == surface.corners["B"].vector.tobytes()


def test_an_absolute_width_does_not_feel_how_far_the_other_end_is():
    """The bowl |theta - b|² is 1 wide at the level 1/4, in the weights' units, whichever start the line comes from."""
    a, b = corners(2).values()
    for start in (a, b.like(b.vector + 10 * (a.vector - b.vector))):
        points = np.linspace(-1, 1, 201)
        rows = columns(list(evaluate(on_ray({"start": start, "end": b}), points,
                                     lambda theta, shares: {"loss": np.sum((theta.vector - b.vector) ** 2)})))
        assert width(points, rows["loss"], 0.25, around=0) == pytest.approx(1, abs=1e-3)


def test_the_columns_are_not_shifted():
    """A walk up one column and down the next is a cell off in every second column if it turns at the wrong step."""
    surface = Surface(corners(1), lambda x, y: Parameters.from_vector(np.array([x, y]), {"at": (2,)}))
    ys = np.linspace(-1, 1, 4)
    found = np.array(where(surface, grid(AXIS, ys))).reshape(len(AXIS), len(ys), 2)
    assert (found[:, :, 0] == AXIS[:, None]).all() and (found[:, :, 1] == ys).all()


def test_nothing_drifts_along_the_surface():
    """Steps that are added up in place lose bits on their way: here a point is the same after a thousand others."""
    surface, far = on_line(corners(2)), np.linspace(0, 1, 1001)
    assert where(surface, far)[-2].tobytes() == where(surface, far[-2:])[0].tobytes()
    steps = np.cumsum(np.full(1000, 0.001))
    assert steps[-2] != far[-2]  # what a walk would have arrived at


def test_nothing_of_the_callers_is_changed():
    """A walk through the weights of the model that it was given leaves this model at the end of the surface."""
    for of, n, points in SURFACES.values():
        surface, asked = of(corners(n)), points.copy()
        where(surface, points)
        assert all((theta.vector == corners(n)[name].vector).all() for name, theta in surface.corners.items())
        assert (points == asked).all()


def test_what_a_measurement_does_to_its_theta_stays_with_it():
    def spoil(theta, shares):
        theta.vector[:] = np.nan
        return {"loss": 0.0}

    surface = on_line(corners(2))
    list(evaluate(surface, AXIS, spoil))
    assert all(np.isfinite(theta.vector).all() for theta in surface.corners.values())


def test_statistics_are_not_forgotten():
    """Weights alone, in a network that keeps another one's means and variances, are not the corner."""
    x, held_out = pictures(30)[0], pictures(25, seed=1)
    surface, network = on_line(networks(2)), small()
    theta = surface.corners["B"]
    own = network.with_statistics(network.statistics(network.forward(theta, x)[1]))
    expected = objective(own).value(theta, held_out)

    def last(policy: str, **options) -> float:
        measure = measurement(objective(network), held_out, make(policy, network, surface.corners, x, **options))
        return list(evaluate(surface, AXIS, measure))[-1]["loss"]

    assert last("recompute") == pytest.approx(expected, rel=1e-12)
    assert abs(last("frozen", corner="A") - expected) > 0.1


def test_loss_and_error_are_the_objectives():
    network, batch = small(), pictures(25)
    theta = networks(1)["A"]
    policy = make("recompute", network, {"A": theta}, batch[0])
    there = objective(policy.at(theta, (1.0,)), weight_decay=0.01)
    row = measurement(objective(network, chunk=10, weight_decay=0.01), batch, policy)(theta, (1.0,))
    assert row["loss"] == pytest.approx(there.value(theta, batch), rel=1e-12)
    assert row["error"] == pytest.approx(misclassified(*[next(there.outputs(theta, batch)), batch[1]]))
    assert 0 < row["error"] < 1


def test_batch_is_never_cut_in_silence():
    network, batch = small(), pictures(25)
    policy = make("batch", network, networks(1))
    measure = measurement(objective(network, chunk=24), batch, policy)
    with pytest.raises(ValueError, match="batch has 25 cases but chunk is 24"):
        list(evaluate(on_line(networks(2)), AXIS, measure))
    whole = measurement(objective(network, chunk=25), batch, policy)
    assert len(list(evaluate(on_line(networks(2)), AXIS, whole))) == 5


def test_a_plane_around_one_network_has_its_statistics():
    """Any function from coordinates to Parameters will do; without shares of its own the first corner has all."""
    (name, centre), network, batch = *networks(1).items(), small(), pictures(25)
    u, v = np.random.default_rng(5).standard_normal((2, centre.size))
    plane = Surface({name: centre}, lambda x, y: centre.like(centre.vector + x * u + y * v))
    losses = {}
    for policy, options in (("interpolate", {}), ("frozen", {"corner": name}), ("recompute", {})):
        measure = measurement(objective(network), batch, make(policy, network, plane.corners, batch[0], **options))
        losses[policy] = columns(list(evaluate(plane, grid([-0.1, 0, 0.1], [0, 0.1]), measure)))["loss"]
    assert (losses["interpolate"] == losses["frozen"]).all()
    assert losses["recompute"][2] == losses["frozen"][2] and np.abs(losses["recompute"] - losses["frozen"]).max() > 0.01


@pytest.mark.parametrize("kind", ["mlp", "lstm"])
def test_networks_without_batch_norm(kind):
    rng = np.random.default_rng(0)
    if kind == "mlp":
        network, loss, error = MLP((3, 4, 2)), softmax_cross_entropy, None
        batch = rng.standard_normal((6, 3)), np.eye(2)[rng.integers(2, size=6)]
    else:
        network, loss = LSTMRNN(3, 4, 2), masked.Masked(squared_error)

        def error(z, t, mask):
            return float(np.abs(z - t).max())

        batch = rng.standard_normal((5, 6, 3)), rng.standard_normal((5, 6, 2)), np.ones((5, 6), bool)
    objective, corners = Objective(network, loss), {name: network.init(rng) for name in "AB"}
    surface = on_line(corners)
    rows = columns(list(evaluate(surface, AXIS, measurement(objective, batch, make("recompute", network, corners),
                                                            error))))
    assert rows["loss"] == pytest.approx([objective.value(surface.theta(alpha), batch) for alpha in AXIS], rel=1e-12)
    assert rows["error"].shape == (5,) and (rows["error"] >= 0).all()


def test_misclassified_by_hand():
    z, t = np.array([[2.0, 1], [0, 3], [1, 0], [0, 1]]), np.array([[1.0, 0], [1, 0], [1, 0], [0, 1]])
    assert misclassified(z, t) == 0.25


def test_a_grid_runs_along_its_last_axis_first():
    assert grid([0, 1], [5, 6, 7]).tolist() == [[0, 5], [0, 6], [0, 7], [1, 5], [1, 6], [1, 7]]


def test_columns_of_no_rows():
    assert columns([]) == {}


@pytest.mark.parametrize("ask, message", [
    (lambda: evaluate(on_line(corners(2)), [], None), r"points are empty, of shape \(0, 1\)"),
    (lambda: evaluate(on_patch(corners(4)), np.zeros((0, 2)), None), r"points are empty, of shape \(0, 2\)"),
    (lambda: grid([0, 1], []), "points are empty"),
    (lambda: evaluate(on_line(corners(2)), [0, 0.5, 0.5], None), r"points have \[0.5\] 2 times"),
    (lambda: evaluate(on_line(corners(2)), [0, np.nan], None), r"points must be finite but \[nan\]"),
    (lambda: evaluate(on_line(corners(2)), np.zeros((2, 2, 2)), None), "must be .n, number of coordinates"),
    (lambda: on_line(corners(3)), "corners are A, B, C but must be 2"),
    (lambda: on_triangle({}), "corners are none but must be 3"),
    (lambda: on_patch({**corners(3), "D": Parameters.zeros({"W": (2,)})}).theta(0.1, 0.2), "must be of one network"),
])
def test_bad_surfaces(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()
