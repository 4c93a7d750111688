"""surfaces-optimizers in parts: its presets, claims, figures and report."""
