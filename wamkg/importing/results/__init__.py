"""Reported results from a file: read lines, check them by rules, and store those that are not doubtful."""
