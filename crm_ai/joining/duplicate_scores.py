"""How likely two rows are one person: each field that agrees speaks for it, the more so the rarer its value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from crm_ai.joining.duplicate_fields import Field, Person

# How often a field agrees between two rows of one person; the rest are typing mistakes and moves.
AGREES: Mapping[Field, float] = {
    Field.NAME: 0.9,
    Field.EMAIL: 0.8,
    Field.TELEPHONE: 0.8,
    Field.ADDRESS: 0.75,
    Field.COMPANY: 0.8,
    Field.BIRTHDAY: 0.95,
    Field.POSTCODE: 0.85,
    Field.CITY: 0.9,
}
NEARLY: Mapping[Field, float] = {
    Field.NAME: 0.86,
    Field.EMAIL: 0.9,
    Field.TELEPHONE: 0.9,
    Field.ADDRESS: 0.85,
    Field.COMPANY: 0.88,
    Field.BIRTHDAY: 0.89,
    Field.POSTCODE: 1.0,
    Field.CITY: 0.9,
}
NUMBER = re.compile(r"\d+")
PARTLY = 0.7  # of the weight that full agreement would have
ANOTHER_PERSON = -60.0  # twins share home, telephone and birthday: another first name outweighs all of that
NEARLY_BY_CHANCE = 5e-3  # birthdays that differ in a digit or two are common
DOUBLES = 0.05  # share of the rows that are expected to have a double


def probabilities(people: Sequence[Person], first: np.ndarray, second: np.ndarray, rows: int) -> np.ndarray:
    """Probability that pairs of rows are one person.

    Each field adds the logarithm of how much likelier it is to look as it does if both rows are one person: where it
    agrees, log2(m / chance that another person has that value); where it nearly agrees, seven tenths of that (birthdays
    less); where it differs, log2(1 − m), and names of which a word differs rule it out. What is missing says nothing.
    The sum starts at the log odds of a random pair.

    Parameters
    ----------
    people : sequence of Person
        What is known of the rows.
    first, second : numpy.ndarray of int, shape (pairs,)
        Positions of the rows.
    rows : int
        Rows of the table.

    Returns
    -------
    numpy.ndarray of shape (pairs,)
        In [0, 1].

    References
    ----------
    Fellegi, Sunter (1969), Journal of the American Statistical Association 64, "A theory for record linkage"; values'
    frequencies as in Winkler (2000), "Frequency-based matching in the Fellegi-Sunter model of record linkage".
    """
    weight = np.full(len(first), np.log2(2 * DOUBLES / max(rows - 1, 1)))
    for person in people:
        weight += _weights(person, first, second)
    return 1 / (1 + np.exp2(-np.clip(weight, -60, 60)))


def _weights(person: Person, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    one, other = person.codes[first], person.codes[second]
    known = (one >= 0) & (other >= 0)
    agrees = AGREES[person.field]
    chances = np.append(person.chances, 1.0)
    full = np.log2(np.maximum(agrees / np.maximum(chances[one], chances[other]), 1.0))
    similar = np.zeros(len(first))
    similar[known] = np.where(one[known] == other[known], 1.0, _similarities(person, one[known], other[known]))
    differs = ANOTHER_PERSON if person.field is Field.NAME else np.log2(1 - agrees)
    partly = np.log2((1 - agrees) / NEARLY_BY_CHANCE) if person.field is Field.BIRTHDAY else PARTLY * full
    weight = np.where(similar == 1, full, np.where(similar >= NEARLY[person.field], partly, differs))
    return np.where(known, weight, 0.0)


def _similarities(person: Person, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Similarity in [0, 1] of texts that differ; each pair of texts is compared once."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    result = np.zeros(len(one))
    if person.field is Field.POSTCODE:
        return result
    low, high = np.minimum(one, other), np.maximum(one, other)
    pairs, place = np.unique(low.astype(np.int64) * len(person.texts) + high, return_inverse=True)
    left = [person.texts[code] for code in pairs // len(person.texts)]
    right = [person.texts[code] for code in pairs % len(person.texts)]
    if person.field is Field.NAME:
        told = np.asarray([same_name(a, b) for a, b in zip(left, right, strict=True)])
    else:
        told = process.cpdist(left, right, scorer=DamerauLevenshtein.normalized_similarity)
    if person.field in (Field.ADDRESS, Field.COMPANY):
        numbers = [NUMBER.findall(a) == NUMBER.findall(b) for a, b in zip(left, right, strict=True)]
        told = np.where(numbers, told, 0.0)  # the house next door is another house
    # Equal texts have been dealt with: nothing that differs counts as equal.
    return np.minimum(told, 0.999)[place]


def same_name(one: str, other: str) -> float:
    """How alike two names of people are: as alike as the least alike of their words.

    Parameters
    ----------
    one, other : str
        Names as ``people_in`` writes them, words in alphabetical order.

    Returns
    -------
    float
        In [0, 1]. An initial is like any word that begins with it; a Chinese name of two characters is like no other.

    Examples
    --------
    >>> round(same_name("john smith", "jon smith"), 2), same_name("jack smith", "john smith") < 0.8
    (0.93, True)
    >>> same_name("j smith", "john smith"), same_name("张伟", "张强")
    (0.9, 0.0)
    """
    from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

    if not one.isascii() and not other.isascii() and " " not in one + other:
        same = DamerauLevenshtein.normalized_similarity(one, other)
        return same if min(len(one), len(other)) > 2 and len(one) == len(other) and same < 1 and len(one) > 3 else 0.0
    words, others = sorted((one.split(), other.split()), key=len)
    left = list(others)
    least = 1.0
    for word in words:
        likeness = [
            0.9 if 1 in (len(word), len(w)) and word[0] == w[0] else JaroWinkler.similarity(word, w) for w in left
        ]
        best = int(np.argmax(likeness))
        least = min(least, likeness[best])
        left.pop(best)
    return least
