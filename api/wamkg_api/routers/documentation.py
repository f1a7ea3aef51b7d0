"""The description of the API as a page, Swagger UI: served from here, because a reader may have no other network."""

from importlib.resources import files

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from wamkg.errors import NotFoundError

router = APIRouter(include_in_schema=False)
SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Swagger UI sets styles on elements."""
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>wamkg: the API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="swagger"></div>
<noscript>This page needs JavaScript; <a href="/openapi.json">openapi.json</a> says the same.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/begin.js"></script>
</html>
"""
_BEGIN = "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger', deepLinking: true, validatorUrl: null });\n"
_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_SHIPPED = ("swagger-ui.css", "swagger-ui-bundle.js")
"""Files of Swagger UI (Apache-2.0) in the package fastapi-offline."""


@router.get("/docs")
def show_documentation() -> HTMLResponse:
    """The page."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": SECURITY})


@router.get("/docs/{name}")
def get_documentation_file(name: str) -> Response:
    """A file of the page.

    Raises NotFoundError.
    """
    if name == "begin.js":
        return Response(_BEGIN, media_type=_KINDS["js"])
    if name not in _SHIPPED:
        raise NotFoundError(f"there is no file {name[:60]!r}")
    content = (files("fastapi_offline") / "static" / name).read_bytes()
    return Response(content, headers={"Cache-Control": "max-age=86400"}, media_type=_KINDS[name.rpartition(".")[2]])
