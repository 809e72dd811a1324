"""Background doors of the data centre: intake, re-check, ties, the lake. Heavy engines live here.

Imported by the worker (`mingcha work`) only; everybody else defers these jobs by name.
"""

from mingcha.domains.records.jobs import (
    exports,
    intake,
    lake,
    preview,
    recheck,
    refill,
    returns,
    samples,
    tie,
)

__all__ = ["exports", "intake", "lake", "preview", "recheck", "refill", "returns", "samples", "tie"]
