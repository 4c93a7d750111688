"""Sequences, time-major, from generators: what `sequence_task` draws and marks.

    pathological, copy_memory, adding    long dependencies, drawn from a seed
    sequential_images                    images, one pixel a step
"""

from ref.tasks.sequences import adding, copy_memory, pathological, sequence_task, sequential_images

__all__ = ["adding", "copy_memory", "pathological", "sequence_task", "sequential_images"]
