"""A checksum inside a file notices every change of it."""

from hypothesis import given
from hypothesis import strategies as st

from throughtime.runs.seal import BLANK, is_sealed, sealed

CONTENT = sealed(b'{"checksum": "%s", "a": "\\"checksum\\": 1"}' % BLANK.encode())


def test_every_flipped_bit_is_noticed() -> None:
    assert is_sealed(CONTENT)
    for at in range(8 * len(CONTENT)):
        flipped = bytearray(CONTENT)
        flipped[at // 8] ^= 1 << at % 8
        assert not is_sealed(bytes(flipped))


@given(st.integers(0, len(CONTENT) - 1), st.binary(max_size=3))
def test_whatever_is_missing_or_added_is_noticed(at: int, more: bytes) -> None:
    assert not is_sealed(CONTENT[:at])
    assert is_sealed(CONTENT[:at] + more + CONTENT[at:]) == (not more)


def test_content_without_a_checksum_is_not_sealed() -> None:
    assert not is_sealed(b"{}")
    assert not is_sealed(b'{"checksum": "%s"}' % BLANK.encode())
