"""The experiments of loss surfaces: where optimisers end, what lies between these points, and what it depends on."""
