"""What connectors that read people's files have in common: finding them in a folder, their cells as text, headers, and values.

Nothing here knows a marketplace. A file is bytes until ``tabular`` makes rows of text of it; ``headers`` says which column is
which; ``values`` reads single cells, and what is doubtful there is None, never guessed.
"""
