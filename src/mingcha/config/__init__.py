"""Wiring: settings, urls, the API object, the operator's door and the supervisor."""
