"""Descriptions of the date rules that position papers in figures."""

DATE_RULES = {
    "arxiv_v1": "first arXiv version (date=arxiv_v1)",
    "venue": "venue, where there is none the first version (date=venue)",
}
"""Each date rule as worded in captions."""
