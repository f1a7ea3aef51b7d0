"""`python -m wamkg.figures.check FILE...`."""

import sys

from wamkg.figures.check.report import main

sys.exit(main(sys.argv[1:]))
