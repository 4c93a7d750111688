"""Compiled ops on pictures (N, height, width, channels), and what they are made of."""
