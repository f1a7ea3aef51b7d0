"""Read the Markdown lists of surveys. Start with `awesome_list.py`."""
