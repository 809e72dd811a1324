"""Chance from a seed: the same seed and purpose give the same numbers, whatever else is drawn."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Dice:
    """A stream of numbers for one purpose. `n` is always how many are wanted."""

    def __init__(self, seed: str, *purpose: str | int) -> None:
        text = "|".join([seed, *map(str, purpose)])
        digest = hashlib.sha256(text.encode()).digest()
        self.stream = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))

    def below(self, top: int | Ints, n: int) -> Ints:
        """Whole numbers from 0 to `top` - 1; `top` may differ by row."""
        drawn: Ints = np.minimum(
            (self.stream.random(n) * top).astype(np.int64), np.asarray(top) - 1
        )
        return drawn

    def under(self, share: float, n: int) -> Bools:
        """True with that probability."""
        return self.stream.random(n) < share

    def weighted(self, weights: Sequence[float], n: int) -> Ints:
        """Places in `weights`, each as often as its weight says."""
        steps = np.cumsum(np.asarray(weights, dtype=np.float64))
        places: Ints = np.searchsorted(steps, self.stream.random(n) * steps[-1], side="right")
        return places

    def one_of(self, things: Sequence[str], n: int) -> pl.Series:
        """Texts, all alike."""
        return pl.Series(list(things), dtype=pl.String).gather(self.below(len(things), n))

    def by_weight(self, things: Mapping[str, float], n: int) -> pl.Series:
        """Texts by weight."""
        places = self.weighted(list(things.values()), n)
        return pl.Series(list(things), dtype=pl.String).gather(places)

    def some(self, among: Ints, count: int) -> Ints:
        """`count` different ones of `among`, in ascending order."""
        return np.sort(self.stream.permutation(among)[:count])

    def times(self, means: npt.NDArray[np.float64]) -> Ints:
        """How often something with these means happens (Poisson)."""
        return self.stream.poisson(means)
