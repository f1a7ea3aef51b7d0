"""The other figures: trees, tables, timelines, scores and curves."""
