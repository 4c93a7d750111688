"""surfaces-batchnorm in parts: networks with batch norm looked at under every policy, their numbers, claims, figures."""
