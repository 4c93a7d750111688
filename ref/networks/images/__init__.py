"""Convolutional networks: their stages, the network that runs through them, and the two of the loss-surface paper."""
