"""Recurrences with a memory, one step each, and through_time, which runs any of them over a sequence."""
