"""Tying records to parties in bulk (归户): by code, by a repaired code, by name and address.

`prepare` parses names and addresses, `blocking_keys` gives the keys by which likely twins are
looked up, `resolve` ties subjects to parties, `link` groups the records of one file. Everything
is vectorised over polars frames; the rules and the reference implementation are in `rules.py`.

A frame of subjects, register rows or records has `id` and any of `scheme`, `code`, `name`,
`address`, `region` (a six-digit code), all text; what is missing counts as not said. A party of
the register may have several rows: one per code, former name or address.
"""

from mingcha.domains.parties.linking.contradicting import contradicting
from mingcha.domains.parties.linking.grouping import link
from mingcha.domains.parties.linking.keys import blocking_keys
from mingcha.domains.parties.linking.prepare import prepare, regions_in
from mingcha.domains.parties.linking.ties import resolve

__all__ = ["blocking_keys", "contradicting", "link", "prepare", "regions_in", "resolve"]
