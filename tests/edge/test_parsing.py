import pytest

from homeward.domain.refusals import Refused
from homeward.edge.parsing import parse_json


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (b"{", ("body",)),
        (b"", ("body",)),
        (b'{"a": NaN}', ("body",)),
        (b'{"a": -Infinity}', ("body",)),
        (b'{"a": 1e999}', ("body",)),
        (b'{"a": 1, "a": 2}', ("a",)),
        (b'{"a": {"b": 1, "b": 2}}', ("b",)),
        (b"[" * 100_000, ("body",)),
        (b'{"a":' * 40 + b"1" + b"}" * 40, ("body",)),
        (b'{"a": "\\ud800"}', ("a",)),
        (b'{"a": ' + b"9" * 5000 + b"}", ("body",)),
        ('{"a": "é"}'.encode("latin-1"), ("body",)),
    ],
)
def test_json_that_parsers_let_through_is_refused_by_name(
    raw: bytes, names: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        parse_json(raw)
    assert refused.value.code == "invalid"
    assert refused.value.names == names


def test_a_body_of_more_than_a_mebibyte_is_too_large() -> None:
    with pytest.raises(Refused) as refused:
        parse_json(b'"' + b"a" * (1024 * 1024) + b'"')
    assert refused.value.code == "too_large"


def test_brackets_within_text_do_not_count_as_nesting() -> None:
    assert parse_json(b'{"note": "' + b"[" * 100 + b'"}') == {"note": "[" * 100}


def test_khmer_text_is_kept_as_given() -> None:
    assert parse_json('{"a": "ភាសា\u200bខ្មែរ"}'.encode()) == {"a": "ភាសា\u200bខ្មែរ"}
