"""Triangles and patches between starts and ends of trainings, in parts, and how they are drawn."""
