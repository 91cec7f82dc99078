"""What counts as personal data, what can be done about it, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crm_ai.words import _


class Sensitive(StrEnum):
    """What a cell can tell about one person."""

    NAME = "name"
    EMAIL = "email"
    TELEPHONE = "telephone"
    ADDRESS = "address"
    RESIDENT_ID = "resident_id"
    SSN = "ssn"
    BANK_CARD = "bank_card"
    IP_ADDRESS = "ip_address"
    BIRTH_DATE = "birth_date"


class Protection(StrEnum):
    """What can be done with a column of personal data, the mildest first."""

    KEEP = "keep"
    MASK = "mask"
    PSEUDONYMISE = "pseudonymise"
    GENERALISE = "generalise"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Detected:
    """Personal data found in one column.

    Parameters
    ----------
    column : str
        The column.
    what : Sensitive
        What it holds.
    rows : int
        Rows that hold it; estimated from a sample where the column has too many different cells to look at each.
    share : float
        The same as a share of the filled cells.
    evidence : str
        How it was found, in words, without any cell.
    in_text : bool
        Whether it stands within longer texts or between other cells, rather than filling the column.
    proposal : Protection
        What to do about it.
    """

    column: str
    what: Sensitive
    rows: int
    share: float
    evidence: str
    in_text: bool
    proposal: Protection


def words_for(what: Sensitive) -> str:
    """Name a kind of personal data as people say it.

    Parameters
    ----------
    what : Sensitive
        The kind.

    Returns
    -------
    str
        Its plural, for the middle of a sentence.

    Examples
    --------
    >>> words_for(Sensitive.RESIDENT_ID), words_for(Sensitive.EMAIL)
    ('Chinese resident ID numbers', 'e-mail addresses')
    """
    said = {
        Sensitive.NAME: _("names of people"),
        Sensitive.EMAIL: _("e-mail addresses"),
        Sensitive.TELEPHONE: _("telephone numbers"),
        Sensitive.ADDRESS: _("postal addresses"),
        Sensitive.RESIDENT_ID: _("Chinese resident ID numbers"),
        Sensitive.SSN: _("US social security numbers"),
        Sensitive.BANK_CARD: _("bank card numbers"),
        Sensitive.IP_ADDRESS: _("IP addresses"),
        Sensitive.BIRTH_DATE: _("dates of birth"),
    }
    return said[what]


def words_for_protection(protection: Protection) -> str:
    """Say what a protection does.

    Parameters
    ----------
    protection : Protection
        The protection.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> words_for_protection(Protection.DROP)
    'The column is left out.'
    """
    said = {
        Protection.KEEP: _("The column stays as it is."),
        Protection.MASK: _("Most characters become asterisks."),
        Protection.PSEUDONYMISE: _("Each value becomes a code; equal values get equal codes, so tables can be joined."),
        Protection.GENERALISE: _("Values become coarser: an age band, a month, the beginning of a postcode."),
        Protection.DROP: _("The column is left out."),
    }
    return said[protection]


PROPOSALS = {
    Sensitive.NAME: Protection.MASK,
    Sensitive.EMAIL: Protection.PSEUDONYMISE,
    Sensitive.TELEPHONE: Protection.PSEUDONYMISE,
    Sensitive.ADDRESS: Protection.GENERALISE,
    Sensitive.RESIDENT_ID: Protection.PSEUDONYMISE,
    Sensitive.SSN: Protection.PSEUDONYMISE,
    Sensitive.BANK_CARD: Protection.MASK,
    Sensitive.IP_ADDRESS: Protection.GENERALISE,
    Sensitive.BIRTH_DATE: Protection.GENERALISE,
}
