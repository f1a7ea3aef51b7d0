"""Routes that write. Each asks for a token before anything else; the writing itself comes with the tokens."""

from typing import Any

from fastapi import APIRouter, Depends

from wamkg_api.deps import need_token
from wamkg_api.errors import problems

router = APIRouter(tags=["writing"], dependencies=[Depends(need_token)], responses=problems(401, 404))
_WRITES = (
    ("PATCH", "/papers/{paper_id:path}", "edit_paper", "Change values of a paper."),
    ("POST", "/papers/{paper_id:path}/decisions", "decide", "Decide where a paper belongs."),
    ("POST", "/taxonomies/{slug}/edits", "edit_taxonomy", "Rename, move, merge or split taxa."),
    ("POST", "/imports", "import_papers", "Import a list of papers."),
    ("POST", "/batches/{uid}/undo", "undo_batch", "Take a batch back whole."),
    ("POST", "/objections", "object", "Dispute a placement."),
    ("POST", "/releases", "create_release", "Name the present state."),
    ("POST", "/jobs/{kind}", "start_job", "Start enrich, embed or suggest."),
)


def _refused() -> Any:
    raise NotImplementedError("need_token lets nobody in")


for _method, _path, _name, _summary in _WRITES:
    router.add_api_route(
        _path,
        _refused,
        methods=[_method],
        name=_name,
        summary=_summary,
        openapi_extra={"security": [{"bearer": []}]},
    )
