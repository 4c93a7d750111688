"""Sequences, time-major, from generators: what `sequence_task` draws and marks.

    pathological, copy_memory, adding    long dependencies, drawn from a seed
    sequential_images                    images, one pixel a step
"""
