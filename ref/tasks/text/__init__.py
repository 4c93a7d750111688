"""Language models on characters.

    shakespeare, penn_treebank    the texts; reading, alphabet: files, and codes for their characters
    characters, lines             windows of a text, and its lines; next_symbol: from rows of codes to inputs and targets
    markov                        a source whose entropy is known
"""
