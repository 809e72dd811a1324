"""The desk (工作台): sign-in, people administration, audit search, and pages that ask several domains."""
