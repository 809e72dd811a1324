"""Pure rules of the public draw `mingcha-draw/1` (docs/explanation/draw.md).

Nothing here knows a database, a clock or chance: the same lines and the same seed give the same
objects, officers and teams, on every machine and in every year. The digest of these files stands in
each commitment.
"""
