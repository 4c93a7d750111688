"""Other machines on this one: they differ from it where they say so, and a chapter that holds here alone is found."""

import subprocess
import sys

import numpy as np
import pytest

from chapters.build import sources
from everywhere import nudge
from everywhere.__main__ import main, run_chapters
from everywhere.variants import OWN, Variant, blas_core, by_name, two_unlike_this, variants
from ref.networks.mlp import MLP
from tests.chapters.test_build import HEADER


def test_a_nudge_moves_each_element_by_at_most_one_unit_and_leaves_zeros():
    for dtype in (np.float32, np.float64):
        vector = np.random.default_rng(0).standard_normal(3000).astype(dtype)
        vector[:1000] = 0
        moved = nudge.nudged(vector, 1)
        assert moved.dtype == dtype and not moved[:1000].any()
        share = (moved[1000:] != vector[1000:]).mean()
        assert 0.6 < share < 0.73
        assert (np.abs(moved - vector) <= 2 * np.spacing(np.abs(vector))).all()
        assert np.array_equal(moved, nudge.nudged(vector, 1)) and not np.array_equal(moved, nudge.nudged(vector, 2))


def test_an_installed_nudge_starts_networks_elsewhere(monkeypatch):
    network = MLP([3, 4, 2])
    before = network.init(np.random.default_rng(0)).vector
    for kind in nudge.NETWORKS:
        monkeypatch.setattr(kind, "init", kind.init)
    monkeypatch.delenv("LONGHAND_NUDGE", raising=False)
    nudge.install()
    assert np.array_equal(network.init(np.random.default_rng(0)).vector, before)
    monkeypatch.setenv("LONGHAND_NUDGE", "1")
    nudge.install()
    after = network.init(np.random.default_rng(0)).vector
    assert not np.array_equal(after, before) and np.allclose(after, before, rtol=1e-15, atol=0)


def test_a_machine_takes_the_kernels_that_it_is_named_for():
    for variant in variants():
        core = variant.environment.get("OPENBLAS_CORETYPE")
        if core:
            assert blas_core(core) == core != blas_core()


def test_at_least_two_machines_differ_from_this_one():
    one, other = two_unlike_this()
    assert one.nudge is None and other.nudge == 1
    assert by_name(["own"]) == [OWN]
    with pytest.raises(LookupError, match="cannot be 'vax'; it can be: own"):
        by_name(["vax"])


def test_a_chapter_that_holds_on_one_machine_only_is_found(tmp_path, capsys):
    source = tmp_path / "01_mine.md"
    source.write_text(HEADER + '```{code-cell} ipython3\nimport os\nassert "ELSEWHERE" not in os.environ\n```\n')
    assert run_chapters([(source, OWN), (source, Variant("elsewhere", {"ELSEWHERE": "1"}))], jobs=2) == 1
    said = capsys.readouterr().out
    assert "1 of 2 builds hold" in said and "fails: 01_mine on elsewhere, in 1 cells" in said
    assert 'assert "ELSEWHERE" not in os.environ' in said


def test_in_turn_each_chapter_is_built_once_and_both_machines_are_used(monkeypatch):
    builds = []
    monkeypatch.setattr("everywhere.__main__.run_chapters", lambda work, jobs: builds.extend(work) or 0)
    assert main(["chapters", "--in-turn"]) == 0
    assert [source for source, _ in builds] == sources()
    assert [machine for _, machine in builds[:3]] == [*two_unlike_this(), two_unlike_this()[0]]
    builds.clear()
    main(["chapters", "--machines", "own", "nudge-1", "--chapters", "01_derivatives_by_hand"])
    assert [machine.name for _, machine in builds] == ["own", "nudge-1"]


def test_the_command_lists_machines_and_refuses_unknown_ones(capsys):
    assert main(["list"]) == 0
    assert "nudge-1" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["chapters", "--machines", "vax"])
    assert "cannot be 'vax'" in capsys.readouterr().err


def test_tests_are_run_under_each_environment():
    result = subprocess.run([sys.executable, "-m", "everywhere", "tests", "--machines", "nudge-1", "own", "--version"],
                            capture_output=True, text=True, timeout=120)
    assert result.returncode == 0 and "== own" in result.stdout and "== nudge-1" not in result.stdout, result.stderr
