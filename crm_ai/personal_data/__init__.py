"""From a table to the same table without the people in it: find personal data, protect it, and count who is at risk."""

from crm_ai.personal_data.anonymity import Anonymity, anonymity, quasi_identifiers
from crm_ai.personal_data.detection import find_personal_data
from crm_ai.personal_data.protection import protect
from crm_ai.personal_data.pseudonyms import new_key
from crm_ai.personal_data.recognition import recognise
from crm_ai.personal_data.sensitive import Detected, Protection, Sensitive, words_for, words_for_protection

__all__ = [
    "Anonymity",
    "Detected",
    "Protection",
    "Sensitive",
    "anonymity",
    "find_personal_data",
    "new_key",
    "protect",
    "quasi_identifiers",
    "recognise",
    "words_for",
    "words_for_protection",
]
