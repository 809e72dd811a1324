"""Insight (查询与展示): search over parties and the dossier page; it renders, it keeps nothing."""
