"""Curves of low loss between two networks that a straight line does not join."""
