"""`serve`: the pages and the API."""

from typing import Annotated

import typer
import uvicorn

from wamkg.cli.common import open_store, out


def serve(
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the pages and the API until Ctrl-C."""
    with open_store():
        pass
    out.print(f"wamkg at http://{host}:{port}  (API: /api/v1, its description: /openapi.json)")
    # Named by string: wamkg must not import the web framework.
    uvicorn.run("wamkg_api.app:create_app", factory=True, host=host, port=port, log_level="warning")
