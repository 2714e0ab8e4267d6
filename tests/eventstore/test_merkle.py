"""Against the definitions of RFC 9162, section 2.1, written down as they stand there."""

from hashlib import sha256

import pytest

from homeward.eventstore.merkle import (
    TILE,
    Frontier,
    computed,
    consistency,
    consistent,
    includes,
    inclusion,
    kept,
    leaf_hash,
    subtrees,
)

SIZES = range(34)
EVENTS = [sha256(bytes([n])).digest() for n in range(max(SIZES) + 1)]
LEAVES = [leaf_hash(event) for event in EVENTS]


def mth(d: list[bytes]) -> bytes:
    if not d:
        return sha256(b"").digest()
    if len(d) == 1:
        return sha256(b"\x00" + d[0]).digest()
    k = largest_power_below(len(d))
    return sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def largest_power_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def path(m: int, d: list[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = largest_power_below(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: list[bytes], whole: bool) -> list[bytes]:
    if m == len(d):
        return [] if whole else [mth(d)]
    k = largest_power_below(len(d))
    if m <= k:
        return [*subproof(m, d[:k], whole), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]


def leaf_at(level: int, index: int) -> bytes:
    assert level == 0
    return LEAVES[index]


def grown(size: int) -> Frontier:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.add(leaf)
    return frontier


def proof_of_inclusion(position: int, size: int) -> list[bytes]:
    return [computed(part, leaf_at) for part in inclusion(position, size)]


def proof_of_consistency(old: int, new: int) -> list[bytes]:
    return [computed(part, leaf_at) for part in consistency(old, new)]


@pytest.mark.parametrize("size", SIZES)
def test_the_root_of_a_grown_tree_is_the_rfcs(size: int) -> None:
    frontier = grown(size)
    assert frontier.root() == mth(EVENTS[:size])
    assert Frontier(frontier.size, frontier.hashes).root() == frontier.root()


@pytest.mark.parametrize("size", SIZES)
def test_an_inclusion_path_is_the_rfcs_and_proves_that_leaf_in_that_place_alone(size: int) -> None:
    root = mth(EVENTS[:size])
    for position in range(size):
        proof = proof_of_inclusion(position, size)
        assert proof == path(position, EVENTS[:size])
        assert includes(root, size, position, LEAVES[position], proof)
        assert not includes(root, size, position, LEAVES[position + 1], proof)
        assert not includes(root, size, position, LEAVES[position], [*proof, root])
        assert not includes(root, size, size, LEAVES[position], proof)
        for other in set(range(size)) - {position}:
            assert not includes(root, size, other, LEAVES[position], proof)
        if proof:
            assert not includes(root, size, position, LEAVES[position], proof[:-1])
            assert not includes(root, size, position, LEAVES[position], [root, *proof[1:]])


@pytest.mark.parametrize("new", SIZES)
def test_a_consistency_path_is_the_rfcs_and_proves_those_two_trees_alone(new: int) -> None:
    root = mth(EVENTS[:new])
    for old in range(new + 1):
        proof, old_root = proof_of_consistency(old, new), mth(EVENTS[:old])
        if old > 0:
            assert proof == subproof(old, EVENTS[:new], True)
        assert consistent(old, old_root, new, root, proof)
        assert not consistent(old, LEAVES[0], new, LEAVES[1], proof)
        assert not consistent(old, old_root, new, root, [*proof, root])
        if old > 1:
            assert not consistent(old - 1, old_root, new, root, proof)
            forked = mth([*EVENTS[: old - 1], EVENTS[-1]])
            assert not consistent(old, forked, new, root, proof)
        if proof:
            assert not consistent(old, old_root, new, root, proof[:-1])
            assert not consistent(old, old_root, new, root, [*proof[:-1], bytes(32)])


def test_a_tree_does_not_shrink() -> None:
    assert not consistent(5, mth(EVENTS[:5]), 3, mth(EVENTS[:3]), [])
    with pytest.raises(ValueError, match="cannot have grown"):
        consistency(5, 3)
    with pytest.raises(ValueError, match="no leaf"):
        inclusion(3, 3)


def test_a_proof_over_a_large_tree_is_made_of_few_kept_hashes() -> None:
    size = 200_003
    events = [sha256(n.to_bytes(4)).digest() for n in range(size)]
    stored: dict[tuple[int, int], bytes] = {}
    frontier = Frontier()
    for place, event in enumerate(events):
        stored[0, place] = leaf_hash(event)
        for level, index, node in frontier.add(stored[0, place]):
            stored[level, index] = node
    assert len(stored) - size <= size / 250

    used: set[tuple[int, int]] = set()

    def hash_of(level: int, index: int) -> bytes:
        used.add((level, index))
        return stored[level, index]

    root = frontier.root()
    for position in (0, 255, 256, 65_535, 65_536, 170_001, size - 4, size - 1):
        used.clear()
        proof = [computed(part, hash_of) for part in inclusion(position, size)]
        assert includes(root, size, position, stored[0, position], proof)
        assert len(used) <= 3 * 2 * 2**TILE
    for old in (1, 255, 65_536, 70_000, 199_999):
        used.clear()
        proof = [computed(part, hash_of) for part in consistency(old, size)]
        old_root = computed((0, old), lambda *at: stored[at])
        assert consistent(old, old_root, size, root, proof)
        assert len(used) <= 3 * 2 * 2**TILE


def test_the_subtrees_of_a_range_cover_it_once_and_in_order() -> None:
    for high in range(70):
        for low in (0, 64) if high >= 64 else (0,):
            covered = [
                index * 2**height + n
                for height, index in subtrees((low, high))
                for n in range(2**height)
            ]
            assert covered == list(range(low, high))
    assert kept(TILE, 3) == (1, range(3, 4))
    assert kept(TILE + 1, 3) == (1, range(6, 8))
