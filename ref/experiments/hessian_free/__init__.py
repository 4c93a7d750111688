"""The experiments of the first paper: deep autoencoders, and recurrent networks on long dependencies."""
