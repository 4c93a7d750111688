"""Text: a user's file as one string, and its split into a training, a validation and a test part."""

from os import PathLike
from pathlib import Path

from ref.tasks.images.idx import LIMIT, read
from ref.validation import require_count, require_number


def read_text(path: str | PathLike, encoding: str = "utf-8", limit: int = LIMIT) -> str:
    """The text of a file, plain or gzip; line ends become newlines, and a byte order mark is left out.

    Raises FileNotFoundError; ValueError naming the file when it is empty, a damaged gzip file, not in that encoding, or
    longer than `limit` bytes when decompressed.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist but a text file, plain or gzip, was expected there")
    limit = require_count("limit", limit)
    data = read(path, limit + 1)
    if len(data) > limit:
        raise ValueError(f"{path} is too large: it has more than the {limit} bytes of limit; "
                         "give a larger limit to read it")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not in {encoding}: byte {error.start} is {data[error.start]:#04x}; "
                         f"say what it is in, for instance encoding='latin-1'") from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ValueError(f"{path} is empty: it has {len(text)} characters and no letter among them")
    return text


def split(text: str, validation: float = 0.05, test: float = 0.05) -> tuple[str, str, str]:
    """(train, validation, test): the last fraction `test` of the text, `validation` before it, and the rest.

    Contiguous, so that no sentence is in two parts. Raises ValueError where a fraction is not in (0, 1), where both
    together leave nothing, or where a part would be empty.
    """
    validation = require_number("validation", validation, above=0, below=1)
    test = require_number("test", test, above=0, below=1)
    if validation + test >= 1:
        raise ValueError(f"validation is {validation} and test is {test} but together they must be below 1")
    first, second = (round(len(text) * (1 - share)) for share in (validation + test, test))
    parts = text[:first], text[first:second], text[second:]
    if not all(map(len, parts)):
        sizes = ", ".join(str(len(part)) for part in parts)
        raise ValueError(f"text has {len(text)} characters, too few: its parts would have {sizes}")
    return parts
