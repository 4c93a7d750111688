"""The experiments of loss surfaces: where optimisers end, what lies between these points, and how it depends on them."""
