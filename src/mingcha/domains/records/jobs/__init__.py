"""Background doors of the data centre: intake, re-check, ties, the lake. Heavy engines live here.

Imported by the worker (`mingcha work`) and the answering process only; everybody else defers these
jobs, or asks, by name. Nothing is imported here: `answers` needs a part of it, and stays small.
"""
