"""Pages on which people say who is whom: questions, decisions, conflicts, the quality of linking."""
