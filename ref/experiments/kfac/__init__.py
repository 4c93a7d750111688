"""The autoencoder of the Hessian-free experiments, trained by Kronecker-factored curvature."""
