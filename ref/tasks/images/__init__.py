"""Images as rows of numbers in [0, 1].

    curves           drawn from a seed
    digits, mnist    the small sets that ship; idx, labelled: files, splits
"""

from ref.tasks.images import curves, digits, idx, labelled, mnist

__all__ = ["curves", "digits", "idx", "labelled", "mnist"]
