"""surfaces-connectivity in parts: ends joined by lines and curves, their numbers, claims, figures and report."""
