"""How long training may go on: budgets in steps, in seconds and in gradients of single cases, whichever is spent first.
"""

from ref.training.recorder import Checkpoint
from ref.validation import require_count, require_number

BUDGETS = ("steps", "seconds", "gradient_equivalents")  # their names, and the reasons of an ordinary end


class Budgets:
    """n_steps a whole number; seconds and gradient_equivalents numbers above 0, or None where they are not limited.

    Raises ValueError or TypeError for others.
    """

    def __init__(self, n_steps: int, seconds: float | None = None, gradient_equivalents: float | None = None):
        limits = dict(zip(BUDGETS, (require_count("n_steps", n_steps), seconds, gradient_equivalents)))
        self.limits = {name: most if name == "steps" else require_number(f"budget of {name}", most, above=0)
                       for name, most in limits.items() if most is not None}

    def spent(self, now: Checkpoint) -> str:
        """The name of the first budget that is spent, or "" while there is some left of each."""
        used = self._used(now)
        return next((name for name, most in self.limits.items() if used[name] >= most), "")

    def fraction(self, now: Checkpoint) -> float:
        """The largest fraction spent of any budget, at most 1."""
        used = self._used(now)
        return min(1.0, max(used[name] / most for name, most in self.limits.items()))

    def _used(self, now: Checkpoint) -> dict[str, float]:
        return {"steps": now.step, "seconds": now.seconds, "gradient_equivalents": now.gradient_equivalents}
