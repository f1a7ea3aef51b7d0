"""`python -m wamkg` is the command line."""

from wamkg.cli import main

main()
