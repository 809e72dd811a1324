"""Merkle trees and their proofs as in RFC 6962 / RFC 9162, over SM3 or another hash. Pure.

A tree is given by its leaf hashes. `levels[0]` are the leaves, `levels[n]` the roots of the
complete subtrees of 2ⁿ leaves; incomplete ones are folded when a root is asked for.
"""

from collections.abc import Callable, Sequence

from mingcha.base.ledger.hashing import SM3, Hashing, node_hash, sm3

EMPTY = sm3(b"")
Complete = Callable[[int, int], bytes]  # (level, index) → root of that complete subtree


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The complete subtrees over `leaves`, level 0 first."""
    rising = [list(leaves)]
    while len(rising[-1]) > 1:
        rising.append(SM3.pairs(rising[-1]))
    return rising


def cuts(size: int) -> list[tuple[int, int]]:
    """The complete subtrees (level, index) that make up the first `size` leaves, largest first."""
    return [
        (level, (size >> level) - 1)
        for level in reversed(range(size.bit_length()))
        if size >> level & 1
    ]


def fold(parts: Sequence[bytes]) -> bytes:
    """The root over adjacent subtrees, largest first. Nothing gives the empty tree's root."""
    if not parts:
        return EMPTY
    root = parts[-1]
    for left in reversed(parts[:-1]):
        root = node_hash(left, root)
    return root


def root_of(leaves: Sequence[bytes], by: Hashing = SM3) -> bytes:
    """The root (MTH) over leaf hashes. Keeps one level at a time."""
    level = leaves
    while len(level) > 1:
        level = _above_level(level, by)
    return level[0] if level else by.digest(b"")


def path_of(index: int, leaves: Sequence[bytes], by: Hashing = SM3) -> list[bytes]:
    """The audit path of leaf `index` where all leaves are at hand, from the leaf upwards.

    Raises ValueError unless 0 ≤ index < the number of leaves.
    """
    if not 0 <= index < len(leaves):
        raise ValueError(f"leaf {index} is not in a tree of {len(leaves)}")
    path, level = [], leaves
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        level, index = _above_level(level, by), index >> 1
    return path


def grow(parts: list[tuple[int, bytes]], level: int, root: bytes) -> list[tuple[int, int, bytes]]:
    """Append a complete subtree of `level` to the right edge `parts`, in place.

    `parts` are (level, root), largest first, none smaller than `level`. Returns the inner
    nodes this completes, as (level, how many levels above the one appended, root).
    """
    made = []
    start = level
    while parts and parts[-1][0] == level:
        root = node_hash(parts.pop()[1], root)
        level += 1
        made.append((level, level - start, root))
    parts.append((level, root))
    return made


def inclusion(index: int, size: int, complete: Complete) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards.

    Raises ValueError unless 0 ≤ index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_root(middle, high, complete))
            high = middle
        else:
            path.append(_root(low, middle, complete))
            low = middle
    return path[::-1]


def consistency(first: int, second: int, complete: Complete) -> list[bytes]:
    """The proof that the tree of `second` leaves extends the tree of `first`.

    Empty when the sizes are equal. Raises ValueError unless 0 < first ≤ second.
    """
    if not 0 < first <= second:
        raise ValueError(f"no consistency between {first} and {second} leaves")
    path = []
    low, high, is_known = 0, second, True
    while first < high:
        middle = low + _split(high - low)
        if first <= middle:
            path.append(_root(middle, high, complete))
            high = middle
        else:
            path.append(_root(low, middle, complete))
            low, is_known = middle, False
    if not is_known:
        path.append(_root(low, high, complete))
    return path[::-1]


def proves_inclusion(
    leaf: bytes,
    place: tuple[int, int],
    path: Sequence[bytes],
    root: bytes,
    by: Hashing = SM3,
) -> bool:
    """Whether `path` shows that `leaf` has its `place` (index, size) in the tree with `root`.

    RFC 9162 2.1.3.2.
    """
    index, size = place
    if not 0 <= index < size:
        return False
    here, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        is_right = here & 1 or here == last
        node = by.pair(sibling + node if is_right else node + sibling)
        here, last = _above(here, last)
    return last == 0 and node == root


def proves_consistency(
    sizes: tuple[int, int], roots: tuple[bytes, bytes], path: Sequence[bytes]
) -> bool:
    """Whether `path` shows that the second tree extends the first (RFC 9162 2.1.4.2)."""
    first, second = sizes
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and roots[0] == roots[1]
    proof = list(path) if first & (first - 1) else [roots[0], *path]
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = proof[0] if proof else EMPTY
    for sibling in proof[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
        here, last = _above(here, last)
    return last == 0 and (old, new) == roots


def _above(here: int, last: int) -> tuple[int, int]:
    """One level up, past the levels on which the last node has no sibling."""
    while here == last and here and not here & 1:
        here, last = here >> 1, last >> 1
    return here >> 1, last >> 1


def _above_level(level: Sequence[bytes], by: Hashing) -> list[bytes]:
    """The level above: pairs joined, a last node without a sibling handed up as it is."""
    above = by.pairs(level)
    if len(level) & 1:
        above.append(level[-1])
    return above


def _split(size: int) -> int:
    """The largest power of two below `size` (≥ 2)."""
    return 1 << (size - 1).bit_length() - 1


def _root(low: int, high: int, complete: Complete) -> bytes:
    """The root over the leaves low…high−1, where `low` is a multiple of the largest part."""
    parts = []
    for level, index in cuts(high - low):
        parts.append(complete(level, (low >> level) + index))
    return fold(parts)
