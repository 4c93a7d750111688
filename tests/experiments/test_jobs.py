"""Jobs: what parts are called, what is in their configurations, in which order they come."""

from ref.experiments import jobs

ONE = {"task": "temporal_order", "T": 50, "label": "", "settings": {"rate": 0.2}}
OTHER = {**ONE, "T": 100, "label": "from-zero", "settings": {}}


def test_names_and_titles():
    assert jobs.part_name(ONE, "adam-0.1", 3) == "temporal_order-50-adam-0.1-3"
    assert jobs.part_name(OTHER, "adam", 0) == "temporal_order-100-from-zero-adam-0"
    assert (jobs.title(ONE), jobs.title(OTHER)) == ("temporal order, T = 50", "temporal order, T = 100, from zero")
    old = {"task": "addition", "T": 5, "variant": "few"}
    assert jobs.prefix(old) == "addition-5-few" and jobs.title(old) == "addition, T = 5, few"


def test_a_part_overrules_its_job_and_the_job_the_run():
    config = {"seed": 4, "rate": 0.1, "units": 8, "preset": "quick", "jobs": [ONE]}
    part = jobs.part_config(config, ONE, {"units": 9}, seed=2, without=("jobs", "preset"))
    assert part == {"seed": 4, "rate": 0.2, "units": 9, "task": "temporal_order", "T": 50, "part_seed": 6}


def test_seed_comes_after_seed_and_no_method_without_seeds():
    seeds = {50: {"a": 2, "b": 0}, 100: {"a": 1, "c": 3}}
    found = jobs.parts([ONE, OTHER], lambda job: seeds[job["T"]], lambda job, method,
                       seed: {"is": (job["T"], method, seed)})
    assert [part["is"] for part in found.values()] == [
        (50, "a", 0), (100, "a", 0), (100, "c", 0), (50, "a", 1), (100, "c", 1), (100, "c", 2)]
    assert list(found)[-1] == "temporal_order-100-from-zero-c-2"
    assert jobs.parts([], None, None) == {}
    ends = jobs.outcomes(found, OTHER, seeds[100])
    assert list(ends) == ["a", "c"] and [end["is"][2] for end in ends["c"]] == [0, 1, 2]
