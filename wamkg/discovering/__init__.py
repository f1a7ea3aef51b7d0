"""Discovery: routes that look for new papers, each in a module of its own, and what becomes of their finds."""
