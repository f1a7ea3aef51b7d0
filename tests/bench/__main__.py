"""Runs every benchmark: `make bench`. Exit status 1 if one misses its goal."""

import sys

from tests.bench import (
    bench_api,
    bench_embed,
    bench_enrich,
    bench_graph,
    bench_import,
    bench_refit,
    bench_screen,
    bench_start,
)

if __name__ == "__main__":
    benches = (bench_start, bench_import, bench_api, bench_graph, bench_embed, bench_refit, bench_enrich, bench_screen)
    met = [bench.main() for bench in benches]
    sys.exit(0 if all(met) else 1)
