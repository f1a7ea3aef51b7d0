"""Runs every benchmark: `make bench`. Exit status 1 if one misses its goal."""

import sys

from tests.bench import bench_embed, bench_enrich, bench_import, bench_refit, bench_screen

if __name__ == "__main__":
    met = [bench_import.main(), bench_embed.main(), bench_refit.main(), bench_enrich.main(), bench_screen.main()]
    sys.exit(0 if all(met) else 1)
