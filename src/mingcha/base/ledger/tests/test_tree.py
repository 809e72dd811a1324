"""The trees against the definitions of RFC 6962 section 2.1, written out naively."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.ledger import tree
from mingcha.base.ledger.hashing import SHA256, leaf_hash, node_hash, sm3

SIZES = st.integers(1, 300)


def leaves_of(size):
    return [leaf_hash(b"%d" % number) for number in range(size)]


def split(size):
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def mth(leaves):
    if not leaves:
        return sm3(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m, leaves, is_whole):
    if m == len(leaves):
        return [] if is_whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], is_whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def complete_of(leaves):
    rising = tree.levels(leaves)
    return lambda level, index: rising[level][index]


def test_the_empty_tree_is_the_hash_of_nothing():
    assert tree.root_of([]) == sm3(b"")


@given(st.integers(0, 300))
def test_the_root_is_that_of_the_rfc(size):
    assert tree.root_of(leaves_of(size)) == mth(leaves_of(size))


@given(SIZES, st.data())
def test_an_inclusion_proof_is_that_of_the_rfc_and_verifies(size, data):
    leaves, index = leaves_of(size), data.draw(st.integers(0, size - 1))

    proof = tree.inclusion(index, size, complete_of(leaves))

    assert proof == path(index, leaves) == tree.path_of(index, leaves)
    assert tree.proves_inclusion(leaves[index], (index, size), proof, mth(leaves))


@given(SIZES, st.data())
def test_an_inclusion_proof_proves_nothing_else(size, data):
    leaves, index = leaves_of(size), data.draw(st.integers(0, size - 1))
    root, proof = mth(leaves), tree.inclusion(index, size, complete_of(leaves))
    other = data.draw(st.integers(0, size + 3).filter(lambda number: number != index))

    assert not tree.proves_inclusion(leaf_hash(b"another"), (index, size), proof, root)
    assert not tree.proves_inclusion(leaves[index], (other, size), proof, root)
    assert not tree.proves_inclusion(leaves[index], (index, size), [*proof, root], root)
    assert not tree.proves_inclusion(leaves[index], (index, size), proof, sm3(root))


@given(SIZES, st.data())
def test_a_consistency_proof_is_that_of_the_rfc_and_verifies(size, data):
    leaves, first = leaves_of(size), data.draw(st.integers(1, size))

    proof = tree.consistency(first, size, complete_of(leaves))

    roots = (mth(leaves[:first]), mth(leaves))
    assert proof == subproof(first, leaves, True)
    assert tree.proves_consistency((first, size), roots, proof)


@given(st.integers(2, 300), st.data())
def test_a_consistency_proof_does_not_cover_an_altered_past(size, data):
    leaves, first = leaves_of(size), data.draw(st.integers(1, size - 1))
    proof = tree.consistency(first, size, complete_of(leaves))
    altered = [leaf_hash(b"altered"), *leaves[1:]]

    assert not tree.proves_consistency((first, size), (mth(altered[:first]), mth(leaves)), proof)
    assert not tree.proves_consistency((first, size), (mth(leaves[:first]), mth(altered)), proof)
    assert not tree.proves_consistency(
        (first, size), (mth(leaves[:first]), mth(leaves)), proof[:-1]
    )


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_growing_by_whole_subtrees_gives_the_same_root(levels):
    levels.sort(reverse=True)
    leaves = leaves_of(sum(1 << level for level in levels))
    parts, at, made = [], 0, {}
    for level in levels:
        root = mth(leaves[at : at + (1 << level)])
        for height, above, hash_ in tree.grow(parts, level, root):
            made[height, (at >> level) >> above] = hash_
        at += 1 << level

    assert tree.fold([root for _, root in parts]) == mth(leaves)
    assert all(
        hash_ == mth(leaves[index << height : (index + 1) << height])
        for (height, index), hash_ in made.items()
    )


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_what_is_not_there(index, size):
    with pytest.raises(ValueError, match="not in a tree"):
        tree.inclusion(index, size, complete_of(leaves_of(3)))
    assert not tree.proves_inclusion(leaf_hash(b"0"), (index, size), [], mth(leaves_of(3)))


def test_there_is_no_consistency_with_nothing_or_backwards():
    for first, second in ((0, 3), (3, 2)):
        with pytest.raises(ValueError, match="no consistency"):
            tree.consistency(first, second, complete_of(leaves_of(3)))
        assert not tree.proves_consistency((first, second), (sm3(b""), sm3(b"")), [])


def test_a_tree_may_be_over_another_hash():
    """RFC 6962 itself is over SHA-256; the root of nothing is the hash of nothing."""
    leaves = [SHA256.leaf(b"%d" % number) for number in range(5)]
    root, path = tree.root_of(leaves, SHA256), tree.path_of(4, leaves, SHA256)

    assert tree.root_of([], SHA256).hex().startswith("e3b0c44298fc1c14")
    assert tree.proves_inclusion(leaves[4], (4, 5), path, root, SHA256)
    assert not tree.proves_inclusion(leaves[4], (4, 5), path, root)
