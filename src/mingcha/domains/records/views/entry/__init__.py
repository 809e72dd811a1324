"""Pages of online entry (在线录入)."""
