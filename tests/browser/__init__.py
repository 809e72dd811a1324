"""The platform as people see it: a real browser against a whole platform in a folder of its own."""
