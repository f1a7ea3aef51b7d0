"""Zotero both ways: its items are imported, and classes and reasons go back to them as tags and notes."""
