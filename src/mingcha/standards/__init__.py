"""The data standard as declarations (数据标准): tables and code tables in YAML, and what follows from them."""
