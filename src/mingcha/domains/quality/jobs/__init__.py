"""What is counted and looked for in the background: scorecards, signs of made-up data."""

from mingcha.domains.quality.jobs import counting, looking

__all__ = ["counting", "looking"]
