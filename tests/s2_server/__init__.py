"""A real HTTP server that speaks Semantic Scholar's protocol, and arXiv's, from made-up data, with planned faults."""
