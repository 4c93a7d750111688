"""An alphabet: the characters of a text as the whole numbers 0, 1, .., and back.

    encode    code of a character = its place in `symbols`
    decode    symbols[code]

UNKNOWN is Unicode's replacement character: it stands for what a text itself marks as unknown, such as `<unk>`, as one
symbol. Nothing is turned into it silently: a character outside the alphabet is an error.
"""

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

UNKNOWN = "\ufffd"


@dataclass(frozen=True)
class Alphabet:
    symbols: str  # each character once

    def __post_init__(self):
        if not isinstance(self.symbols, str):
            raise TypeError(f"symbols is a {type(self.symbols).__name__} but must be a string")
        if not self.symbols:
            raise ValueError("symbols is empty but an alphabet has at least one symbol")
        for place, symbol in enumerate(self.symbols):
            if (first := self.symbols.index(symbol)) != place:
                raise ValueError(f"symbols has {symbol!r} twice, at {first} and at {place}")

    @classmethod
    def of(cls, *texts: str, first: str = "") -> "Alphabet":
        """The characters of the texts, sorted, after those of `first`, which it has in any case."""
        return cls(first + "".join(sorted(set().union(*texts) - set(first))))

    def __len__(self) -> int:
        return len(self.symbols)

    def encode(self, text: str) -> Array:
        """The codes (len(text),). Raises ValueError naming a character outside the alphabet and its line and column."""
        if not isinstance(text, str):
            raise TypeError(f"text is a {type(text).__name__} but must be a string")
        points, known = code_points(text), code_points(self.symbols)
        order = np.argsort(known).astype(np.int32)
        codes = order[np.searchsorted(known, points, sorter=order).clip(max=len(known) - 1)]
        if len(outside := np.flatnonzero(known[codes] != points)):
            at = outside[0]
            line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
            raise ValueError(f"text has {text[at]!r} in line {line}, column {column}, "
                             f"but the alphabet has only the {len(self)} symbols {self.symbols!r}")
        return codes

    def decode(self, codes: Array) -> str:
        """The text of codes (n,)."""
        codes = np.asarray(codes)
        if codes.ndim != 1 or not np.issubdtype(codes.dtype, np.integer):
            raise TypeError(f"codes is {codes.dtype} of the shape {codes.shape} but must be whole numbers (n,)")
        if codes.size and not 0 <= codes.min() <= codes.max() < len(self):
            raise ValueError(f"codes go from {codes.min()} to {codes.max()} but must be in 0 .. {len(self) - 1}")
        return "".join(self.symbols[code] for code in codes.tolist())


def code_points(text: str) -> Array:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
