"""`serve`: the pages and the API."""

from contextlib import suppress
from typing import Annotated

import typer
import uvicorn

from wamkg.cli.access import first_link
from wamkg.cli.common import open_store, out
from wamkg.errors import StoreError


def serve(
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the pages and the API until Ctrl-C."""
    base, link = f"http://{host}:{port}", None
    # A store that cannot be written can still be served.
    with open_store() as store, suppress(StoreError):
        link = first_link(store, base)
    out.print(f"wamkg at {base}  (API: /api/v1, its description: /openapi.json)")
    if link:
        out.print(f"sign in, once, within the hour: {link}")
    # Named by string: wamkg must not import the web framework.
    uvicorn.run("wamkg_api.app:create_app", factory=True, host=host, port=port, log_level="warning", access_log=False)
