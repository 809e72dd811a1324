"""One module per kind of generated page; each gives the text, nobody here writes a file."""
