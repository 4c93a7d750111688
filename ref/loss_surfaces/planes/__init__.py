"""Planes in the space of weights: random ones, one through three networks, one that all optimisers' paths share."""
