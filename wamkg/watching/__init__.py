"""Watching: have papers of the library changed at their sources?"""
