"""The use cases, one function each: it opens the transaction, applies the rules, and starts the follow-up.

The command line, the HTTP routes, the forms of the pages, jobs and Python callers all use these functions.
"""
