"""How alike two people are told: from which of their terms agree, nobody's name being read.

Whoever looks decides; the engine merges nobody by itself (`propose_merge` needs two people).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from homeward.domain.reference.names import WHOLE, Kind

LEVEL: dict[str, float] = {"written": 1.0, "latin": 1.0, "near": 0.8, "sound": 0.5}
ENOUGH = 0.5
SURE = 0.8


class Match(NamedTuple):
    """A term that the one asked for and one on record have in common."""

    kind: Kind
    value: int
    parts: int
    part: int
    subject: str
    stream: str
    of_value: int
    of_parts: int
    of_part: int


class Likeness(msgspec.Struct, frozen=True):
    """`score` 0 to 100; `why`: same_document, name_alike, name_sounds_alike, born_alike."""

    subject: str
    stream: str
    score: int
    why: tuple[str, ...]


def alike(matches: Iterable[Match]) -> list[Likeness]:
    """Everybody who may be meant, the likeliest first."""
    by_subject: dict[tuple[str, str], list[Match]] = defaultdict(list)
    for match in matches:
        by_subject[match.subject, match.stream].append(match)
    found = [_of(subject, stream, told) for (subject, stream), told in by_subject.items()]
    return sorted(
        (one for one in found if one is not None), key=lambda one: (-one.score, one.subject)
    )


def _of(subject: str, stream: str, matches: list[Match]) -> Likeness | None:
    name = max((_name(pair) for pair in _pairs(matches)), default=(0.0, 0, False))
    similar, agreeing, together = name
    document = any(match.kind == "number" for match in matches)
    born = max((match.part for match in matches if match.kind == "born"), default=0)
    same_day = born == 10
    named = together or (same_day and agreeing > 0 and similar > 0)
    if not (document or named):
        return None
    why = []
    if document:
        why.append("same_document")
    if named:
        why.append("name_alike" if similar >= SURE or same_day else "name_sounds_alike")
    if born:
        why.append("born_alike")
    score = 100 if document else round(70 * similar) + {0: 0, 4: 10, 7: 20, 10: 30}[born]
    return Likeness(subject, stream, min(score, 100), tuple(why))


def _pairs(matches: list[Match]) -> list[list[Match]]:
    """What agrees between one name of the one and one name of the other."""
    pairs: dict[tuple[int, int], list[Match]] = defaultdict(list)
    for match in matches:
        if match.kind in LEVEL:
            pairs[match.value, match.of_value].append(match)
    return list(pairs.values())


def _name(matches: list[Match]) -> tuple[float, int, bool]:
    """How similar, how many words agree, and whether that is enough by itself."""
    whole = max((LEVEL[m.kind] for m in matches if m.part == m.of_part == WHOLE), default=0.0)
    best: dict[int, tuple[float, int]] = {}
    for match in matches:
        if WHOLE not in (match.part, match.of_part):
            best[match.part] = max(
                best.get(match.part, (0.0, 0)), (LEVEL[match.kind], match.of_part)
            )
    words = len({of_part for _, of_part in best.values()})
    parts = max(matches[0].parts, matches[0].of_parts)
    similar = max(whole, sum(level for level, _ in best.values()) / parts)
    needed = min(2, parts)
    enough = whole >= ENOUGH or (words >= needed and similar >= (ENOUGH if needed > 1 else SURE))
    return similar, max(words, int(whole > 0)), enough
