"""Entry point of `python -m wamkg`: the command line."""

from wamkg.cli import main

main()
