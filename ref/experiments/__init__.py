"""Experiments: named, seeded, resumable runs, and the command `longhand` that starts them.

An experiment is a module of a paper's folder here that offers

    NAME       what it is called on the command line
    KERNELS    what it runs on: ("numpy",), or ("numpy", "cpu") where its ops have compiled twins;
               the last is the command's own choice
    PRESETS    {"quick": {...}, "standard": {...}, "paper": {...}}: settings that JSON can hold; also "long", of which
               `registry.LONG` says what is in it and how many core-hours it takes

    run(config, sweep)       train its parts: sweep(part, configs) calls part(config, recorder) for each name -> config
                             and returns name -> result.  What run returns (a dict for JSON) is kept in finished.json
    figures(folder)          draw the figures of a finished run into folder/figures
    report(folders) -> str   Markdown: the paper's numbers beside those of these finished runs; failed seeds

and is entered in `registry.EXPERIMENTS` with one line on what it is about.  Importing such a module is quick: what is
slow to import (matplotlib, kernels) is imported inside functions.

config is the preset's settings and "experiment", "preset", "seed", "dtype", "kernels", "threads".  The sweep that an
experiment is handed knows the run's folder and where parts run: the command gives it processes; any other
concurrent.futures executor will do, such as mpi4py.futures.MPIPoolExecutor on a cluster:

    config = open_folder(folder, run_config(module, "standard", seed=0))
    finish(folder, module.run(config, partial(sweep, folder=folder, executor=executor)))

A run's folder, runs/NAME/PRESET-SEED/, has config.json and, once the run has ended, finished.json.  Each part has a
subfolder with a config.json and a finished.json of its own, metrics.jsonl, timings.jsonl and checkpoint.npz
(`recording.FolderRecorder`, given to `ref.training.train`); a run that is called again goes on from these.

What several families share is here: tasks and seeds (`jobs`), settings that are tried (`grid`), methods and held-out
cases (`training`), what ops run on (`kernels`), pictures (`figures`) and the text of reports (`tables`).
"""
