"""Gradients through time and singular values: what is drawn is what was recorded."""

import pytest

from ref.experiments.orthogonality import figures as ortho_figures
from ref.experiments.orthogonality.figures import evaluated, gradients_through_time, spectra
from ref.experiments.orthogonality.variants import MARGINS, PAPERS, job, title
from ref.experiments.run import RunError
from tests.experiments.orthogonality.drawings import alt, curve, panels, xy


def test_gradients_through_time_at_some_updates_of_the_variants_that_have_them(done, drawn):
    config = done.config
    which = config["jobs"][0]
    path = gradients_through_time(done, which, (*PAPERS, "lstm", "elman-orthogonal"))
    assert path.name == "gradients_through_time-copy-5.png"
    axes = panels(drawn[0])
    there = ["m=0", "m=0.1", "m=1", "none", "elman-orthogonal"]
    assert [ax.get_title() for ax in axes] == [title(variant) for variant in there]
    assert len({ax.get_ylim() for ax in axes}) == 1 and all(ax.get_yscale() == "log" for ax in axes)
    for ax, variant in zip(axes, there):
        rows = {row["step"]: row for row in evaluated(done, which, variant, 0)}
        labels = [line.get_label() for line in ax.lines]
        assert labels == ["update 0", "update 2", "update 6"], "10 % of 6 is nearest to 0, 30 % to 2"
        for line, update in zip(ax.lines, (0, 2, 6)):
            assert xy(line) == [rows[update]["steps_shown"], rows[update]["through_time"]]
    ends = evaluated(done, which, "none", 0)[-1]["through_time"]
    assert f"{ends[0]:.2g} and {ends[-1]:.2g} at update 6; Elman, orthogonal" in alt(path)
    with pytest.raises(RunError, match="of lstm, m=0.01 none is a variant of copy-5 with 'through_time' in its rows"):
        gradients_through_time(done, which, ("lstm", "m=0.01"))


def test_spectra_show_the_recorded_singular_values(done, drawn):
    config = done.config
    which = config["jobs"][0]
    path = spectra(done, which, PAPERS)
    assert path.name == "spectra-copy-5.png" and "a vertical scale of its own" in alt(path)
    assert "a vertical scale of its own" in drawn[0].legends[0].get_title().get_text()
    for ax, variant in zip(panels(drawn[0]), ("m=0", "m=0.1", "m=1", "none"), strict=True):
        lines = {line.get_label(): xy(line) for line in ax.lines}
        for label, name in (("mean", "s_mean"), ("largest", "s_max"), ("smallest", "s_min")):
            assert lines[label] == curve(done, which, variant, 0, name)
        row = evaluated(done, which, variant, 0)[-1]
        band = ax.collections[0].get_paths()[0].vertices
        at_end = band[band[:, 0] == 6, 1]
        limits = [row["s_10"], row["s_90"]]
        assert row["s_min"] <= limits[0] <= limits[1] <= row["s_max"], "no band beyond the margin"
        assert [min(at_end), max(at_end)] == pytest.approx(limits, abs=1e-12)
        assert ax.get_ylim()[0] <= 1 - 5e-4 and ax.get_ylim()[1] >= 1 + 5e-4
        numbers = f"{row['s_min']:.6g} to {row['s_max']:.6g}, mean {row['s_mean']:.6g}"
        assert f"{title(variant)}: {numbers}" in alt(path)


@pytest.mark.parametrize("margin, most, shown", [(0.1, 1.05, True), (0.1, 1.01, False), (None, 1.5, False)])
def test_a_margin_is_drawn_where_the_singular_values_come_near_it(done, drawn, monkeypatch, margin, most, shown):
    which = job("copy", 5, {"m=0.1": {**MARGINS["m=0.1"], "margin": margin}})
    row = {"s_mean": 1.0, "s_spread": 0.01, "s_min": 0.99, "s_max": most, "test_loss": 1.0}  # of an older run
    rows = [{"step": 0, **row}, {"step": 2, **row}]
    monkeypatch.setattr(ortho_figures, "read_rows", lambda _: rows)
    spectra(done, which, ["m=0.1"])
    sides = [line.get_ydata()[0] for line in panels(drawn[0])[0].lines if line.get_color() == "grey"]
    assert sides == ([0.9, 1.1] if shown else [])
