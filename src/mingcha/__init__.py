"""Mingcha 明察: the supervision platform of a city, its districts and the province above it."""
