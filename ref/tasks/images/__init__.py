"""Images with numbers in [0, 1], as rows, or as pictures (N, Y, X, C), channels last (`labelled.as_pictures`).

    curves, textures         drawn from a seed
    digits, mnist            the small sets that ship; idx, labelled: files, splits
    cifar10                  from a user's own files; plain_pickle: pickles read and not run
    standardization          mean and deviation of each channel
    augmentation             flips and shifts
"""

from ref.tasks.images import (
    augmentation,
    cifar10,
    curves,
    digits,
    idx,
    labelled,
    mnist,
    plain_pickle,
    standardization,
    textures,
)

__all__ = ["augmentation", "cifar10", "curves", "digits", "idx", "labelled", "mnist", "plain_pickle", "standardization",
           "textures"]
