"""The command `longhand` with the tests' experiment among the others: python -m tests.experiments.command ..."""

import sys

from ref.experiments.__main__ import main
from ref.experiments.registry import EXPERIMENTS

EXPERIMENTS["tiny"] = ("tests.experiments.tiny", "Random targets of a small network.")

if __name__ == "__main__":
    sys.exit(main())
