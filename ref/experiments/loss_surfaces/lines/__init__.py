"""The lines between starts and ends of trainings, and their numbers."""
