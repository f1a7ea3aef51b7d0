"""`site`: the static edition."""

from pathlib import Path
from typing import Annotated

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, err, out, print_json
from wamkg.cli.snapshots import AsOfOption, ReleaseOption, open_selected_store
from wamkg.services.site import write_site


def site(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder: new, empty, or of an earlier edition.")],
    base_url: Annotated[
        str, typer.Option("--base-url", help="Address where it will be published, for feeds and the sitemap.")
    ] = "",
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> int:
    """Write the survey as a static edition: pages, search and downloads without a server.

    Exits with 3 if something had to be left out.
    """
    with open_selected_store(release, as_of) as store:
        report = write_site(store, output, base_url)
    if json:
        print_json(report)
    else:
        out.print(f"{report.folder}: {report.papers} papers, {report.files} files, {report.size / 1e6:.1f} MB")
        if not base_url:
            out.print("without --base-url there is no sitemap, and the feeds have relative addresses")
        for line in report.left_out:
            err.print(f"left out: {line}")
    return EXIT_PARTIAL if report.left_out else 0
