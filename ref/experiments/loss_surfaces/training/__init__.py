"""One network trained by one optimiser: its data, its optimiser, its path."""
