"""Experiments: named, seeded, resumable runs, and the command `longhand` that starts them.

An experiment is a module of a paper's folder here, named in `registry.EXPERIMENTS`, that offers

    NAME       what it is called on the command line
    SUMMARY    one line for `longhand list`, a string literal
    KERNELS    what it runs on: ("numpy",), or ("numpy", "cpu") where its ops have compiled twins;
               the last is the command's own choice
    PRESETS    {"quick": {...}, "standard": {...}, "paper": {...}}: settings that JSON can hold

    run(config, folder, workers)   train; called again on a folder that was begun, go on from its checkpoints.  What it
                                   returns (a dict for JSON, or None) is kept in finished.json
    figures(folder)                draw the figures of a finished run into folder/figures
    report(folders) -> str         Markdown: the paper's numbers beside those of these finished runs; failed seeds

Importing such a module is quick: what is slow to import (matplotlib, kernels) is imported inside functions.

config is the preset's settings and "experiment", "preset", "seed", "dtype", "kernels", "threads".  folder, that is
runs/NAME/PRESET-SEED/, has config.json and, once the run has ended, finished.json.  A run that trains once keeps
metrics.jsonl, timings.jsonl and checkpoint.npz there (`recording.FolderRecorder`, given to `ref.training.train`);
one that trains in several parts has them, with a config.json and a finished.json each, in a subfolder a part:
`sweep.sweep(part, configs, folder, workers, threads=config["threads"])`, where a part's config is usually the run's
own and a few settings more.
"""
