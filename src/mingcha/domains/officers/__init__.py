"""Enforcement officers and their certificates (执法人员、执法证), as far as intake needs them."""
