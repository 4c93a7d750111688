"""Check every derivative and print the table op x argument x check: `make derivatives`."""

import sys
import time

from ref.checks import CheckFailure, table
from tests.derivatives.cases import CASES


def main() -> int:
    start, rows, failures = time.perf_counter(), [], []
    for case in CASES:
        try:
            rows += case.run()
        except CheckFailure as failure:
            failures.append(f"FAILED {case.name}: {failure}")
    print(table(rows))
    print(f"\n{len(rows)} checks of {len(CASES)} cases in {time.perf_counter() - start:.1f} s, {len(failures)} cases "
          f"failed")
    print("\n".join(failures))
    return len(failures) > 0


if __name__ == "__main__":
    sys.exit(main())
