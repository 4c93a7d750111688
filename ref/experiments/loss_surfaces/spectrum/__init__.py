"""surfaces-spectrum in parts: Hessians along trainings, their numbers, claims, figures and report."""
