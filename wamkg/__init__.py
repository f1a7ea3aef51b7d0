"""wamkg: knowledge graph and taxonomy curation for a living survey."""

__version__ = "0.1.0"
