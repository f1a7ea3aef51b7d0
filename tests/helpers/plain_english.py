"""The words that readers of documents, messages and help stumble at."""

import re

PLAIN = re.compile(
    r"(?<![Tt]here )\bis no (?!longer)[a-z]+\b|\banew\b|\bmend|\bparted\b|\bwanting\b|\bwhoever\b"
    r"|\blies (in|under|outside)\b"
    r"|\bstands? (at|in|under)\b|person's word|\blearnt\b|goes on"
)
"""Phrases that readers stumble at; `docs/glossary.md` names them as words to avoid."""
