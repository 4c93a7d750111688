"""The experiments of the first paper: deep autoencoders on CURVES and MNIST, recurrent networks on long dependencies."""
