"""Check finished figures by the elements in their files; `python -m wamkg.figures.check FILE...`."""
