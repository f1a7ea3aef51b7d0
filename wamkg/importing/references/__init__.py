"""Reference manager files: BibTeX, RIS, CSL-JSON and tables."""
