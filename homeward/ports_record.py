"""What the record needs from the world: somebody who signs it, and others who remember it."""

from collections.abc import Sequence
from typing import Protocol


class Signer(Protocol):
    """An Ed25519 key (RFC 8032) outside the database. Raises `Unavailable("keys")` when away."""

    async def public_key(self) -> bytes:
        """32 bytes."""
        ...

    async def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        ...


class WitnessAway(Exception):  # noqa: N818 - it is the outside that failed
    """It does not answer, or not as a witness does; ask again later."""


class WitnessElsewhere(Exception):  # noqa: N818 - says where it is
    """It has another checkpoint than the one we go on from."""

    def __init__(self, size: int) -> None:
        super().__init__(f"its newest checkpoint has {size} leaves")
        self.size = size


class WitnessDisagrees(Exception):  # noqa: N818 - says what it does
    """What it has is not the beginning of what we have. Somebody must look."""


class Witness(Protocol):
    """Keeps checkpoints out of our reach, and takes only what continues what it has."""

    @property
    def name(self) -> str: ...

    @property
    def key(self) -> str | None:
        """Its public key as docs/record.md writes it; None if it does not sign."""
        ...

    async def take(self, old: int, proof: Sequence[bytes], note: str) -> str | None:
        """Once it is kept: the cosignature's line, if this witness signs.

        `old`: how many leaves its newest checkpoint has, as far as we know; `proof`: that the tree
        of that size begins the note's (RFC 9162, 2.1.4). The same note may be given again. Raises
        WitnessAway, WitnessElsewhere, WitnessDisagrees.
        """
        ...

    async def kept(self) -> list[str]:
        """The notes that it has kept, oldest first; none if it does not tell.

        Raises WitnessAway and WitnessDisagrees.
        """
        ...
