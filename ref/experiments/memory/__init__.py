"""The experiments of the memory networks: five algorithmic tasks, and pictures of where a memory is written and read."""
