"""Benchmarks: each compares wamkg with the plain way of doing the same, side by side in one run."""
