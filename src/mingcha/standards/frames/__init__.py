"""Checking a million rows at once: what a table declares, as expressions over whole columns.

`catalogue` lists the checks of a table and needs no engine; `checking.check` runs them; `content`
gives what is stored of a row (canonical JSON, key, subject); `mapped` applies a column mapping.
Import the modules, not this package: doors may read the catalogue without loading an engine.
"""
