"""Files of reference managers: BibTeX, RIS, CSL-JSON and tables."""
