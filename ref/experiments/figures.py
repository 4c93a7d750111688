"""The house style of figures: readable in print, by colour-blind readers and by those who cannot see them.

Lines differ in colour, dash and marker at once; the colours are those of Okabe and Ito, which stay apart for every
common colour blindness.  `save` wants labelled axes and an alternative text, and writes the text into the file and
beside it.
"""

from pathlib import Path

from ref.files import write_atomically

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def new_figure(rows: int = 1, columns: int = 1, width: float = 6.4, height: float | None = None, **subplots):
    """Return (figure, axes) like pyplot.subplots, in the house style, without a window.  width and height in inches."""
    import matplotlib
    from matplotlib.figure import Figure

    cycle = matplotlib.cycler(color=COLOURS, linestyle=DASHES, marker=MARKERS, markevery=[0.1] * len(COLOURS))
    style = {"axes.prop_cycle": cycle, "axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True,
             "axes.spines.top": False, "axes.spines.right": False, "font.size": 10, "axes.titlesize": 10}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(width, height or 0.62 * width * rows / columns), layout="constrained")
        axes = figure.subplots(rows, columns, **subplots)
    return figure, axes


def panels(what, most: int, height: float, width: float = 8.0, above: float = 0.8, **subplots):
    """Return (figure, list of axes): one for each of `what`, at most so many in a row.

    In inches: a panel's height, the figure's width, and what is left above all panels for a legend.
    """
    rows = -(-len(what) // most)
    columns = -(-len(what) // rows)
    figure, axes = new_figure(rows, columns, width=width, height=height * rows + above, squeeze=False, **subplots)
    for ax in axes.flat[len(what):]:
        ax.axis("off")
    return figure, list(axes.flat[: len(what)])


def labelled(figure) -> dict:
    """label -> handle, of all axes; of a label that several axes have, the last one's."""
    return {label: handle for ax in figure.axes for handle, label in zip(*ax.get_legend_handles_labels())}


def legend_above(figure, columns: int, handles: dict | None = None, **options) -> None:
    """One legend for all axes, an entry for each label, or of these handles."""
    handles = labelled(figure) if handles is None else handles
    figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=columns, fontsize=8, **options)


def plain_numbers(axis) -> None:
    """Write the numbers of a logarithmic axis out, 20 and not 2 x 10^1, at 1, 2 and 5 of each decade."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def save(figure, path, alt: str) -> Path:
    """Write the figure as PNG and its alternative text beside it, as NAME.alt.txt.

    Raises ValueError for an empty alt, for axes without labels (switch the axes of an image off), and for several
    lines in one place without a legend.
    """
    path = Path(path)
    if path.suffix != ".png":
        raise ValueError(f"path is {str(path)!r} but must end in .png")
    if not alt.strip():
        raise ValueError(f"alt is empty, but {path.name} needs a text that says what it shows")
    for number, axes in enumerate(figure.axes):
        _require_labels(axes, f"axes {number} of {path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"Description": alt.strip()}
    write_atomically(path, lambda file: figure.savefig(file, format="png", dpi=150, metadata=metadata))
    write_atomically(path.with_suffix(".alt.txt"), lambda file: file.write(alt.strip().encode() + b"\n"))
    return path


def _require_labels(axes, where: str) -> None:
    if not axes.axison or not axes.has_data():
        return
    for name, label in (("x", axes.get_xlabel()), ("y", axes.get_ylabel())):
        if not label and len(getattr(axes, f"get_{name}ticks")()) and not _shared(axes, name):
            raise ValueError(f"{where} has no {name} label: say what it measures, and in which unit")
    if len(axes.lines) > 1 and axes.get_legend() is None and not axes.figure.legends:
        raise ValueError(f"{where} has {len(axes.lines)} lines but no legend")


def _shared(axes, name: str) -> bool:
    """Whether another axes that shares this axis carries the label."""
    group = axes.get_shared_x_axes() if name == "x" else axes.get_shared_y_axes()
    return any(getattr(other, f"get_{name}label")() for other in group.get_siblings(axes) if other is not axes)
