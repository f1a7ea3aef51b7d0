"""Tables for manuscripts, pages and spreadsheets."""

from wamkg.exporting.tables import overfull, render_table
from wamkg.services.exports import pin_citation_keys
from wamkg.store.session import Store
from wamkg.views.tables import TableQuery, make_table


def write_table(store: Store, name: str, query: TableQuery, form: str, width: float) -> tuple[str, float]:
    """A table in a form, and by how many points it is wider than the page. Tables cite, so keys are pinned first.

    Raises the errors of `make_table` and `render_table`.
    """
    pin_citation_keys(store)
    with store.reading() as session:
        table = make_table(session, name, query)
    return render_table(table, form, width), overfull(table, width) if form == "latex" else 0.0
