"""The algorithmic tasks of Graves, Wayne & Danihelka 2014 (Neural Turing Machines): binary vectors in, others out.

    copy                 say a sequence again
    repeat_copy          say it again several times, then say that it is over
    associative_recall   say the item that followed this one
    dynamic_ngrams       predict the next bit of a source that is a new one in each sequence
    priority_sort        say the vectors of highest priority, the highest first
    algorithm_task       what these draw from, and lengths that differ; scoring: bits a sequence, wrong bits

Each module has one function that makes the task, by the module's name; TASKS finds them by it.  Lengths are arguments:
a network that was trained on copy() is tried on copy(length=40).
"""

from ref.tasks.algorithms import (
    algorithm_task,
    associative_recall,
    copy,
    dynamic_ngrams,
    priority_sort,
    repeat_copy,
    scoring,
)

TASKS = {
    "copy": copy.copy,
    "repeat_copy": repeat_copy.repeat_copy,
    "associative_recall": associative_recall.associative_recall,
    "dynamic_ngrams": dynamic_ngrams.dynamic_ngrams,
    "priority_sort": priority_sort.priority_sort,
}

__all__ = ["TASKS", "algorithm_task", "associative_recall", "copy", "dynamic_ngrams", "priority_sort", "repeat_copy",
           "scoring"]
