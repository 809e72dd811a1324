"""Records (数据中心): intake of what departments hand in, facts kept for ever, ties, the lake, dossiers.

A file is checked against the data standard, its rows become insert-only facts tied to parties, and
whatever was refused goes back with its reasons (XA21 art. 15, 18).
"""
