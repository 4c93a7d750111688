"""Training: the loop that all experiments share, the batch of each step, and what is written down on the way."""

from ref.training.batches import minibatches, same_batch
from ref.training.recorder import Checkpoint, Memory, Recorder
from ref.training.train import Result, train

__all__ = ["Checkpoint", "Memory", "Recorder", "Result", "minibatches", "same_batch", "train"]
