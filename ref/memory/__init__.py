"""Memories: addressing, writing, reading, usage, allocation, links: one op a file, of which the cells are made."""
