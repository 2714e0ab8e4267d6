"""The Merkle tree over the ledger: RFC 9162, sections 2.1.1 to 2.1.4, on SHA-256.

Pure: roots grow leaf by leaf, proofs name the subtrees that they need, and whoever holds a proof
checks it by its hashes alone.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

EMPTY = sha256().digest()
TILE = 8
"""Levels of the tree between two kept ones: subtrees of 256 leaves, of 256 such, and so on."""
Range = tuple[int, int]
"""Leaves from the first up to and without the second."""


def leaf_hash(event_hash: bytes) -> bytes:
    return sha256(b"\x00" + event_hash).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The complete subtrees of a growing tree, largest first: all that its root needs."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees")
        self.size = size
        self.hashes = list(hashes)

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """The kept subtrees that this leaf completes: level, index and root of each."""
        completed = []
        height, at, node = 0, self.size, leaf
        while at & 1:
            node = node_hash(self.hashes.pop(), node)
            height, at = height + 1, at >> 1
            if height % TILE == 0:
                completed.append((height // TILE, at, node))
        self.hashes.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        return _join(self.hashes)


def _join(hashes: Sequence[bytes]) -> bytes:
    """The root over subtrees that stand side by side, largest first."""
    if not hashes:
        return EMPTY
    *left, root = hashes
    for node in reversed(left):
        root = node_hash(node, root)
    return root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def inclusion(position: int, size: int) -> list[Range]:
    """Whose roots are the inclusion path of a leaf (section 2.1.3.1)."""
    if not 0 <= position < size:
        raise ValueError(f"there is no leaf {position} in a tree of {size}")
    path: list[Range] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if position < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def consistency(old: int, new: int) -> list[Range]:
    """Whose roots prove that the tree of `old` leaves begins that of `new` (section 2.1.4.1)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves cannot have grown from {old}")
    if old in (0, new):
        return []
    path: list[Range] = []
    low, high, whole = 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low, whole = middle, False
    if not whole:
        path.append((low, high))
    return path[::-1]


def subtrees(part: Range) -> list[tuple[int, int]]:
    """The complete subtrees (height, index) that make up a range of a proof, largest first."""
    found = []
    low, high = part
    while low < high:
        height = (high - low).bit_length() - 1
        found.append((height, low >> height))
        low += 1 << height
    return found


def kept(height: int, index: int) -> tuple[int, range]:
    """The kept level, and the indices in it, from which a complete subtree is computed."""
    level, below = divmod(height, TILE)
    return level, range(index << below, (index + 1) << below)


def computed(part: Range, hash_of: Callable[[int, int], bytes]) -> bytes:
    """The root over a range, from kept hashes by (level, index)."""
    return _join([_perfect(height, index, hash_of) for height, index in subtrees(part)])


def _perfect(height: int, index: int, hash_of: Callable[[int, int], bytes]) -> bytes:
    level, indices = kept(height, index)
    row = [hash_of(level, each) for each in indices]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def includes(root: bytes, size: int, position: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves the leaf to be in the tree (section 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    at, last, node = position, size - 1, leaf
    for each in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(each, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, each)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves the old tree to begin the new one (section 2.1.4.2)."""
    if old == 0:
        return not path and old_root == EMPTY
    if old == new:
        return not path and old_root == new_root
    if not 0 < old < new or not path:
        return False
    hashes = list(path) if old & (old - 1) else [old_root, *path]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first, *rest = hashes
    old_node = new_node = first
    for each in rest:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_node, new_node = node_hash(each, old_node), node_hash(each, new_node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new_node = node_hash(new_node, each)
        at, last = at >> 1, last >> 1
    return last == 0 and (old_node, new_node) == (old_root, new_root)
