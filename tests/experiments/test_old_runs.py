"""Runs that were begun or finished when the three families had code of their own: the same parts, the same reports.

Each file of old_runs/ is what such a run's config.json, its parts' config.json and its finished.json held, in short:
of a part what its configuration has otherwise than the run's, and what it is without.  Where a report needs no more
than that, it is kept too.
"""

import json
from pathlib import Path

import pytest

from ref.experiments.registry import experiment
from ref.experiments.run import finish, open_folder

OLD = {path.stem: json.loads(path.read_text()) for path in sorted(Path(__file__).with_name("old_runs").glob("*.json"))}


@pytest.mark.parametrize("name", OLD)
def test_an_old_run_has_the_same_parts(name, tmp_path):
    """Else its folders would be refused, or trained again under other names."""
    old, seen = OLD[name], {}

    def sweep(part, configs):
        seen.update({part_name: open_folder(tmp_path / part_name, config) for part_name, config in configs.items()})
        return {part_name: old["result"]["parts"][part_name] for part_name in configs}

    result = experiment(name).run(old["config"], sweep)
    without = {part_name: set(part["without"]) for part_name, part in old["parts"].items()}
    assert seen == {part_name: {**{key: value for key, value in old["config"].items() if key not in without[part_name]},
                                **part["other"]} for part_name, part in old["parts"].items()}
    assert result["parts"] == old["result"]["parts"] and result.get("best") == old["result"].get("best")


@pytest.mark.parametrize("name", [name for name in OLD if "report" in OLD[name]])
def test_the_report_on_an_old_run_is_the_same(name, tmp_path):
    open_folder(tmp_path, OLD[name]["config"])
    finish(tmp_path, OLD[name]["result"])
    assert experiment(name).report([tmp_path]) == OLD[name]["report"]
