"""Ops on pictures (N, height, width, channels): convolution and pooling, each with its four passes."""
