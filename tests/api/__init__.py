"""The API from outside."""
