"""Background doors of the public pages. Heavy engines live here; nothing is imported here."""
