"""Data: generators that draw it, the small sets that ship, and loaders for a user's own files.

Images are rows of numbers in [0, 1], sequences are time-major, and one seed gives the same bytes every time.

    curves, digits, mnist                       images; idx, labelled: files, splits
    pathological, copy_memory, adding           sequences from generators: what `sequence_task` draws and marks
    sequential_images                           images, one pixel a step
    characters, lines, markov                   language models on characters, and a source whose entropy is known
    shakespeare, penn_treebank; text, alphabet  the texts; next_symbol: from rows of codes to inputs and targets
"""
