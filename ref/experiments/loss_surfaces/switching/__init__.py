"""surfaces-switching in parts: its trainings, claims, figures and report."""
