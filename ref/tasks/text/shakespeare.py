"""Seven tragedies of Shakespeare, 993,263 characters: the text that ships for language models on characters.

Antony and Cleopatra, Hamlet, Julius Caesar, King Lear, Macbeth, Othello, Romeo and Juliet, in this order, whole, each
with title, persons, speakers' names and stage directions; 73 different characters, all ASCII, the newline among them.
By `text.split`, at its default, validation and test part lie in the last play, whose first 30 % are trained on.

Which plays they are is our choice. Source and licence: `data/README.md`.
"""

from ref.tasks.images.labelled import DATA
from ref.tasks.text.reading import read_text

TITLES = ("ANTONY AND CLEOPATRA", "HAMLET, PRINCE OF DENMARK", "JULIUS CAESAR", "THE TRAGEDY OF KING LEAR", "MACBETH",
          "OTHELLO, THE MOOR OF VENICE", "ROMEO AND JULIET")


def tragedies() -> str:
    """The seven plays, one after the other."""
    return read_text(DATA / "shakespeare.txt.gz", "ascii")
