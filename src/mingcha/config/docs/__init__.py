"""The documentation that is printed from the code: docs/reference and the indexes.

What a program can say about itself is never written by hand: settings, refusals, standards, rights,
commands, states, the API, and which requirement which test proves. `mingcha docs` writes the pages;
a house test prints them again and compares. Nothing here asks the database.
"""
