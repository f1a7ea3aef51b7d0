"""How figures say by which date a paper stands where it stands."""

DATE_RULES = {
    "arxiv_v1": "first arXiv version (date=arxiv_v1)",
    "venue": "venue, where there is none the first version (date=venue)",
}
"""Each date rule in a caption's words."""
