"""Measures produced figures from their own elements; `python -m wamkg.figures.check FILE...`."""
