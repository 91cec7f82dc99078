"""The screen: what this visitor is looking at, what is cached, and the parts that pages are made of.

The only package of crm_ai that imports streamlit.
"""

__all__ = [
    "browser",
    "cards",
    "choices",
    "controls",
    "errors",
    "frame",
    "glossary",
    "invitations",
    "links",
    "plain",
    "results",
    "samples",
    "state",
    "store",
    "visitors",
]
