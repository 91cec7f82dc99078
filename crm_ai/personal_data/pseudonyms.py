"""Codes in place of values: the same value always gets the same code, and only who has the key could check a guess."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from collections.abc import Iterable

from crm_ai.errors import CrmAiError
from crm_ai.words import _

KEY_LENGTH = 32
SHORTEST_KEY = 16
# 96 bits: that any two of a hundred million values get the same code has a chance of less than one in 10 ** 12.
LENGTH = 24
# A letter in front, so that no program takes a code for a number.
START = "p"


def new_key() -> bytes:
    """Make a key for pseudonyms.

    Returns
    -------
    bytes
        32 random bytes. Keep them apart from the data: with them, guesses at a person's value can be checked.

    Examples
    --------
    >>> len(new_key())
    32
    """
    return secrets.token_bytes(KEY_LENGTH)


def check_key(key: bytes | None) -> bytes:
    """Refuse to make pseudonyms without a key, or with one that could be guessed.

    Parameters
    ----------
    key : bytes or None
        The key.

    Returns
    -------
    bytes
        The same.

    Raises
    ------
    CrmAiError
        If there is none or it is shorter than 16 bytes.
    """
    if not key:
        raise CrmAiError(_("Pseudonyms need a key."), next_step=_("Give one, or make a new one and keep it safe."))
    if len(key) < SHORTEST_KEY:
        raise CrmAiError(
            _("The key for pseudonyms is too short."), next_step=_("Use a random one of at least 16 characters.")
        )
    return key


def pseudonyms(values: Iterable[str], key: bytes) -> list[str]:
    """Replace values by codes.

    Parameters
    ----------
    values : iterable of str
        Values; blanks around them and the width of their letters make no difference.
    key : bytes
        The key.

    Returns
    -------
    list of str
        The first 96 bits of HMAC-SHA-256 as 24 hexadecimal digits behind a p.

    Examples
    --------
    >>> one, two, other = pseudonyms(["ann@example.com", "ann@example.com ", "bo@example.com"], b"not a random key")
    >>> one == two, one == other, len(one)
    (True, False, 25)
    """
    return [START + hmac.digest(key, _plain(value), "sha256").hex()[:LENGTH] for value in values]


def _plain(value: str) -> bytes:
    narrow = value if value.isascii() else unicodedata.normalize("NFKC", value)
    return narrow.strip().encode("utf-8", "surrogatepass")
