"""Reading the Markdown lists that surveys keep; `awesome_list.py` is the way in."""
