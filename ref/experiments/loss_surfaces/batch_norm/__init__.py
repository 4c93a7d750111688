"""surfaces-batchnorm in parts: lines under every policy for batch norm, their numbers, claims, figures and report."""
