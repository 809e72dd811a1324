"""The kill test: a whole platform, killed piece by piece while it takes files in."""
