"""The command line: what it writes, and what it answers to mistakes; nothing finished is ever lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ref.experiments import registry
from ref.experiments.threads import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
RUN = Path("runs/tiny/quick-0")


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_list(longhand):
    status, output, _ = longhand("list")
    assert status == 0 and output.startswith("tiny             Random targets of a small network.\n\nPresets: quick")


def test_a_run_leaves_configuration_metrics_checkpoints_figures_and_a_mark(longhand):
    status, output, errors = longhand("run", "tiny", "--preset", "quick", "--seed", 0)
    assert (status, errors) == (0, "")
    assert "longhand run tiny --preset quick --seed 0 --dtype float64" in output
    assert "is finished" in output and "nesterov" in output
    config = json.loads((RUN / "config.json").read_text())
    assert config == {
        "experiment": "tiny", "preset": "quick", "seed": 0, "dtype": "float64", "kernels": "numpy", "threads": 1,
        "sizes": [6, 8, 3], "n_cases": 60, "n_steps": 12, "checkpoint_every": 5}
    for part in ("nesterov", "adam"):
        assert {path.name for path in (RUN / part).iterdir()} == {
            "config.json", "metrics.jsonl", "timings.jsonl", "checkpoint.npz", "finished.json"}
        assert json.loads((RUN / part / "config.json").read_text()) == {**config, "method": part}
        rows = [json.loads(line) for line in (RUN / part / "metrics.jsonl").read_text().splitlines()]
        assert [row["step"] for row in rows] == list(range(13))
    assert json.loads((RUN / "finished.json").read_text())["result"].keys() == {"nesterov", "adam"}
    assert {path.name for path in (RUN / "figures").iterdir()} == {"error.png", "error.alt.txt"}


def test_seeds_and_dtypes_differ_and_the_same_seed_repeats(longhand):
    for runs, seed, dtype in (("a", 0, "float64"), ("b", 0, "float64"), ("c", 1, "float64"), ("d", 0, "float32")):
        assert longhand("run", "tiny", "--seed", seed, "--dtype", dtype, "--runs", runs)[0] == 0
    folders = (Path(runs, "tiny", f"quick-{int(runs == 'c')}", "adam") for runs in "abcd")
    a, b, c, d = ((folder / "metrics.jsonl").read_bytes() for folder in folders)
    assert a == b and a != c and a != d


def test_a_finished_run_is_shown_and_not_touched(longhand):
    _, first, _ = longhand("run", "tiny")
    before = contents(RUN)
    for command in (("run", "tiny"), ("resume", RUN), ("resume", "tiny/quick-0")):
        status, output, _ = longhand(*command)
        assert status == 0 and "is finished; nothing was run" in output and "nesterov" in output
        assert contents(RUN) == before


def test_a_finished_run_without_figures_gets_them(longhand):
    longhand("run", "tiny")
    for path in (RUN / "figures").iterdir():
        path.unlink()
    assert longhand("run", "tiny")[0] == 0
    assert (RUN / "figures" / "error.png").exists()


def test_run_goes_on_with_a_run_that_was_begun(longhand):
    longhand("run", "tiny")
    before = contents(RUN)
    (RUN / "finished.json").unlink()
    (RUN / "adam" / "finished.json").unlink()
    assert longhand("run", "tiny")[0] == 0
    assert contents(RUN) == before


@pytest.mark.parametrize("arguments, expected", [
    (("run", "tinny"), "no experiment is named 'tinny' (did you mean 'tiny'?); there are: tiny"),
    (("run", "perceptron"), "no experiment is named 'perceptron'; there are: tiny"),
    (("run", "tiny", "--preset", "standart"), "tiny has no preset 'standart' (did you mean 'standard'?)"),
    (("run", "tiny", "--preset", "slow"), "tiny has no preset 'slow'; there are: quick, standard, paper"),
    (("run", "tiny", "--kernels", "cuda"), "kernels is 'cuda' but tiny runs on numpy"),
    (("resume", "tiny/quick-7"), "there is no run 'tiny/quick-7'"),
    (("resume", "tiny/quick-7"), "Under runs: none"),
    (("report",), "no run under runs has finished"),
])
def test_mistakes(longhand, arguments, expected):
    status, output, errors = longhand(*arguments)
    assert status == 2 and expected in errors and "longhand: error: " in errors
    assert not Path("runs").exists()


@pytest.mark.parametrize("arguments, expected", [
    (("run", "tiny", "--seed", "-1"), "-1 is below 0"), (("run", "tiny", "--seed", "x"), "--seed: invalid"),
    (("run", "tiny", "--dtype", "float16"), "choose from"), (("run", "tiny", "--threads", "0"), "0 is below 1"),
    (("dance",), "invalid choice"),
])
def test_mistakes_that_the_parser_finds(longhand, capsys, arguments, expected):
    from ref.experiments.__main__ import main

    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 2 and expected in capsys.readouterr().err


def test_the_command_alone_prints_its_help(capsys):
    from ref.experiments.__main__ import main

    assert main([]) == 0
    assert "list | run | resume | show | report" in capsys.readouterr().out


def test_version(capsys):
    from ref.experiments.__main__ import main

    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0 and capsys.readouterr().out.startswith("longhand ")


def test_show_prints_the_numbers_and_where_the_figures_are(longhand):
    longhand("run", "tiny")
    status, output, errors = longhand("show", "tiny/quick-0")
    assert (status, errors) == (0, "")
    assert "- seed 0: nesterov" in output and f"Figures: {RUN / 'figures' / 'error.png'}" in output


def test_show_says_how_far_a_run_is(longhand):
    longhand("run", "tiny")
    (RUN / "finished.json").unlink()
    (RUN / "adam" / "finished.json").unlink()
    before = contents(RUN)
    status, output, _ = longhand("show", "tiny/quick-0")
    assert status == 0 and "of the 2 parts begun, 1 have: nesterov." in output
    assert "`longhand resume tiny/quick-0` goes on" in output and contents(RUN) == before
    status, _, errors = longhand("show", "tiny/quick-1")
    assert status == 2 and "there is no run 'tiny/quick-1' (did you mean 'tiny/quick-0'?)" in errors


def test_nobody_reads_on():
    """longhand list | head -1"""
    command = subprocess.Popen([sys.executable, "-m", "ref.experiments", "list"], cwd=ROOT, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    command.stdout.close()
    assert command.wait(60) == 141 and command.stderr.read() == b""


def test_another_configuration_is_refused_and_the_run_kept(longhand):
    longhand("run", "tiny")
    before = contents(RUN)
    status, _, errors = longhand("run", "tiny", "--dtype", "float32", "--threads", 2)
    assert status == 2 and "quick-0/config.json is of another configuration" in errors
    assert "dtype is 'float64' there and 'float32' here" in errors and "threads is 1 there and 2 here" in errors
    assert "seed" not in errors.split("configuration")[1].split("Move")[0]
    assert contents(RUN) == before


def test_damaged_files_are_named_and_nothing_is_deleted(longhand):
    longhand("run", "tiny")
    (RUN / "finished.json").unlink()
    (RUN / "adam" / "finished.json").unlink()
    whole = contents(RUN)
    for name, damage, expected in (
        ("config.json", b'{"experiment": "ti', "config.json cannot be read"),
        ("config.json", b'{"experiment": "tiny"}', "lacks preset, seed"),
        ("config.json", b"[1, 2]", "holds a list but must hold an object"),
        ("adam/config.json", b"", "adam/config.json cannot be read"),
        ("nesterov/finished.json", b"{", "nesterov/finished.json cannot be read"),
        ("adam/checkpoint.npz", whole[RUN / "adam/checkpoint.npz"][:900], "adam/checkpoint.npz cannot be read"),
    ):
        (RUN / name).write_bytes(damage)
        before = contents(RUN)
        status, _, errors = longhand("resume", RUN)
        assert status in (1, 2) and expected in errors
        after = contents(RUN)
        assert after.items() >= before.items()
        for path in after.keys() - before.keys():  # the error, and what the other part could finish
            path.unlink()
        (RUN / name).write_bytes(whole[RUN / name])
    assert longhand("resume", RUN)[0] == 0
    assert contents(RUN).items() >= whole.items()
    assert (RUN / "finished.json").exists() and (RUN / "adam" / "finished.json").exists()


def test_a_part_that_fails_leaves_the_others_and_is_tried_again(longhand):
    status, _, errors = longhand("run", "tiny", "--preset", "standard")
    folder = Path("runs/tiny/standard-0")
    assert status == 1 and "1 of 2 parts of runs/tiny/standard-0 failed" in errors
    assert "adam: ArithmeticError: adam fails on purpose" in errors and "resume" in errors
    assert (folder / "nesterov" / "finished.json").exists() and not (folder / "finished.json").exists()
    assert "in train_part" in (folder / "adam" / "error.txt").read_text()

    longhand("run", "tiny")
    assert longhand("report")[0] == 0
    text = Path("RESULTS.md").read_text()
    assert "| standard-0 | not finished; adam failed: ArithmeticError: adam fails on purpose |" in text

    (folder / "repaired").touch()
    kept = (folder / "nesterov" / "checkpoint.npz").stat().st_mtime_ns
    assert longhand("resume", folder)[0] == 0
    assert (folder / "finished.json").exists() and not (folder / "adam" / "error.txt").exists()
    assert (folder / "nesterov" / "checkpoint.npz").stat().st_mtime_ns == kept


def test_the_report(longhand):
    for seed in (0, 1):
        longhand("run", "tiny", "--seed", seed, "--threads", 1 + seed)
    status, output, _ = longhand("report", "--output", "ours.md")
    text = Path("ours.md").read_text()
    assert status == 0 and output == "wrote ours.md\n"
    assert text.startswith("# Results\n")
    assert "## tiny\n\nRandom targets of a small network.\n\n- seed 0: nesterov" in text
    assert "- seed 1: adam" in text
    assert "| quick-0 | finished | `longhand run tiny --preset quick --seed 0 --dtype float64` |" in text
    assert "| quick-1 | finished | `longhand run tiny --preset quick --seed 1 --dtype float64 --threads 2` |" in text


def test_the_report_keeps_what_was_measured_elsewhere(longhand, monkeypatch):
    monkeypatch.setitem(registry.EXPERIMENTS, "hf-mnist", ("ref.experiments.hessian_free.mnist", "Images."))
    longhand("run", "tiny")
    Path("RESULTS.md").write_text("# Results\n\nold head\n\n## tiny\n\nold\n\n## hf-mnist\n\nfrom elsewhere\n\n### "
                                  "quick\n\n3.1\n\n"
                                  "## gone\n\nno such experiment\n")
    for _ in range(2):  # written again it is the same
        assert longhand("report")[0] == 0
        text = Path("RESULTS.md").read_text()
        assert "\n\n## hf-mnist\n\nfrom elsewhere\n\n### quick\n\n3.1\n" in text
        assert text.count("## tiny") == 1 and "- seed 0: nesterov" in text
        assert not any(word in text for word in ("old", "gone"))
    assert text == "\n".join(text.splitlines()) + "\n"


def test_a_report_of_nothing_leaves_the_old_one(longhand):
    Path("RESULTS.md").write_text("what was there")
    assert longhand("report")[0] == 2
    assert Path("RESULTS.md").read_text() == "what was there"


def test_the_command_limits_its_own_threads_and_loads_nothing_heavy():
    def python(program, environment):
        command = [sys.executable, "-c", program]
        result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    without = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    restart = "import os; from ref.experiments.threads import restart_with; print('begun'); restart_with(1)"
    shown = python(f"{restart}; print([os.environ[name] for name in {VARIABLES!r}])", without)
    assert shown.splitlines() == ["begun", "begun", str(["1"] * len(VARIABLES))]

    loaded = "import sys, ref.experiments.__main__; print({'numba', 'matplotlib', 'scipy', 'tqdm'} & set(sys.modules))"
    assert python(loaded, os.environ) == "set()"
