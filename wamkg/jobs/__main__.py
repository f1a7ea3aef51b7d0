"""Entry point of `python -m wamkg.jobs JOB`: runs one queued job. Started by `wamkg.jobs.local`."""

import sys

from wamkg.jobs.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
