"""Triangles and patches of loss, as contours above and in three dimensions below, a column a job, MOST in a row.

Losses above HIGHEST times that of a guess are drawn as if they were as high: what is far above it would leave the rest
without contours.  Heights and greys are the same loss.
"""

from pathlib import Path

import numpy as np

from ref.experiments.figures import new_figure, save
from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.study import title
from ref.experiments.loss_surfaces.training.data import GUESS
from ref.experiments.loss_surfaces.training.methods import METHODS, title as method_title
from ref.experiments.run import Run
from ref.loss_surfaces.between import barycentric_grid, barycentric_triangles

Array = np.ndarray
HIGHEST, MOST = 1.5, 3
CORNERS = {3: np.array([(0, 0), (1, 0), (0.5, 0.75**0.5)]), 4: np.array([(0, 0), (1, 0), (0, 1), (1, 1)])}
VIEWS = {3: 40, 4: 110}  # from where, in degrees: the ends in front of the start


def draw(run: Run, file: str, number: int, corners: list[str], jobs: list[dict], settings: str, alike: bool = False
         ) -> Path:
    """alike: all columns on one scale, up to HIGHEST times the loss of a guess."""
    n = run.config["sheet"]
    of_jobs = [np.array(run.parts[part_name(job, "sheet", number)]["surface_loss"], float) for job in jobs]
    at_corners = [losses[corners_at(len(corners), n)] for losses in of_jobs]
    tops = [HIGHEST * (GUESS if alike else max(GUESS, at.max())) for at in at_corners]
    shown = [np.minimum(np.nan_to_num(losses, nan=np.inf), top) for losses, top in zip(of_jobs, tops)]
    ranges = [(heights.min(), heights.max()) for heights in shown]
    if alike:
        ranges = [(min(low for low, _ in ranges), max(high for _, high in ranges))] * len(jobs)
    rows = -(-len(jobs) // MOST)
    columns = -(-len(jobs) // rows)
    size = 3.9 if columns < 3 else 3.0
    figure, _ = new_figure(1, 1, width=size * columns + 0.3, height=(1.67 * size * rows) + 0.5)
    figure.clear()
    said = []
    for k, job in enumerate(jobs):
        row, column = divmod(k, columns)
        cell = 2 * row * columns + column + 1
        flat = figure.add_subplot(2 * rows, columns, cell)
        flat.set_title(_broken(title(job)), fontsize=9, pad=20)
        solid = figure.add_subplot(2 * rows, columns, cell + columns, projection="3d")
        _draw_both(flat, solid, n, corners, shown[k], at_corners[k], *ranges[k])
        values = ", ".join(f"{corner_title(name)} {loss:.2g}" for name, loss in zip(corners, at_corners[k]))
        said.append(f"{title(job)}: corners {values}; highest {np.nanmax(of_jobs[k]):.2g}.")
    names = ", ".join(map(corner_title, corners))
    figure.suptitle(f"{settings};\nwhat is above {HIGHEST:g} times the loss of a guess is drawn as if so high",
                    fontsize=8)
    kind = "triangle" if len(corners) == 3 else "bilinear patch"
    return save(figure, run.folder / "figures" / f"{file}.png",
                f"The {kind} of {names}, contours above, in three dimensions below, a column a job ({settings}). In "
                f"nats: {' '.join(said)}")


def _draw_both(flat, solid, n: int, corners: list[str], shown: Array, at_corners: Array, low: float, high: float
               ) -> None:
    """Contours, and in three dimensions, from the lowest to the highest of the scale."""
    (x, y), triangles = places(len(corners), n)
    high = max(high, low + 1e-9)
    levels, greys = np.linspace(low, high, 10), _greys()
    flat.tricontourf(x, y, triangles, shown, levels=levels, cmap=greys, extend="max")
    edge = places(len(corners), 1)[0][:, [0, 1, 2, 0] if len(corners) == 3 else [0, 1, 3, 2, 0]]
    flat.plot(*edge, color="black", lw=0.6, marker="", ls="-")
    drawn = flat.tricontour(x, y, triangles, shown, levels=levels, colors="#D55E00", linewidths=0.7)
    flat.clabel(drawn, levels[1::2], fmt="%.2g", fontsize=7, colors="black")
    flat.set_aspect("equal")
    flat.axis("off")
    solid.plot_trisurf(x, y, shown, triangles=triangles, cmap=greys, edgecolor="#777777", linewidth=0.2, vmin=low,
                       vmax=high)
    solid.set(xticks=[], yticks=[], xlabel=" ", ylabel=" ", zlim=(low, high + 0.1 * (high - low)))
    solid.set_title("height: training loss (nats)", fontsize=8, y=-0.06)
    solid.tick_params(labelsize=7)
    solid.view_init(elev=35, azim=VIEWS[len(corners)])
    for (a, b), name, loss in zip(CORNERS[len(corners)], corners, at_corners):
        flat.annotate(corner_title(name), (a, b), textcoords="offset points", ha="center", fontsize=8,
                      xytext=(0, -12 if b < 0.5 else 5), annotation_clip=False)
        flat.plot([a], [b], marker="o", ms=5, color="#0072B2", clip_on=False)
        solid.text(a, b, min(loss, high) + 0.08 * (high - low), corner_title(name), fontsize=7, zorder=10,
                   ha="left" if len(corners) == 3 else "center")


def places(n_corners: int, n: int) -> tuple[Array, Array]:
    """Where the points are drawn, (2, number of points), and the triangles between them."""
    if n_corners == 3:
        return (barycentric_grid(n) @ CORNERS[3]).T, barycentric_triangles(n)
    x, y = np.meshgrid(*2 * [np.linspace(0, 1, n + 1)], indexing="ij")
    at = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    a, b, c, d = (part.ravel() for part in (at[:-1, :-1], at[1:, :-1], at[:-1, 1:], at[1:, 1:]))
    return np.stack([x.ravel(), y.ravel()]), np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)])


def corners_at(n_corners: int, n: int) -> list[int]:
    """The numbers of the corners' points."""
    (x, y), _ = places(n_corners, n)
    return [int(np.argmin((x - a) ** 2 + (y - b) ** 2)) for a, b in CORNERS[n_corners]]


def corner_title(corner: str) -> str:
    """"Adam", "start, seed 1"."""
    name, _, seed = corner.partition(" ")
    return (method_title(name) if name in METHODS else name) + (f", seed {seed}" if seed else "")


def _greys():
    """From the grey that black print still stands out on to white."""
    import matplotlib
    from matplotlib.colors import ListedColormap

    return ListedColormap(matplotlib.colormaps["Greys_r"](np.linspace(0.35, 1, 256)))


def _broken(text: str) -> str:
    """In two lines."""
    parts = text.split(", ")
    return ", ".join(parts[:2]) + "\n" + ", ".join(parts[2:])
