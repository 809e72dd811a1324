"""Reading files that departments really send, and writing them back.

`door` opens a file of any kind and gives its rows in chunks of text; `writing` gives rows back.
Everything read is text as a clerk sees it: nothing is guessed, nothing is lost silently.
"""
