"""Language models on characters.

    shakespeare, penn_treebank    the texts; reading, alphabet: files, and codes for their characters
    characters, lines             windows of a text, and its lines; next_symbol: from rows of codes to a batch
    markov                        a source whose entropy is known
"""

from ref.tasks.text import alphabet, characters, lines, markov, next_symbol, penn_treebank, reading, shakespeare

__all__ = ["alphabet", "characters", "lines", "markov", "next_symbol", "penn_treebank", "reading", "shakespeare"]
