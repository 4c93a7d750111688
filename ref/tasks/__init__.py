"""Data: generators that draw it, the small sets that ship, and loaders for a user's own files.

Images are rows of numbers in [0, 1], sequences are time-major, and one seed gives the same bytes every time.

>>> from ref import tasks
>>> tasks.images.curves.curves(3).shape
(3, 784)
>>> x, labels = tasks.images.digits.digits()
>>> x.shape, labels.shape
((1797, 64), (1797,))
"""

from ref.tasks import algorithms, images, sequences, text

__all__ = ["algorithms", "images", "sequences", "text"]
