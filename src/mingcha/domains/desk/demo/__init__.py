"""A demonstration city made by code from a seed (演示市): its files, and loading them.

Everything is made up and marked 演示; codes lie outside real registrations (docs/explanation/
demo-city.md). The files are in the national form and go through the real intake; what each
receipt must say is written beside them (expected.json). Heavy engines live here, so only the
`demo` command imports this package.
"""
