"""The experiments of networks with a memory: five algorithmic tasks, and pictures of what is written and read where."""
