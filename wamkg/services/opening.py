"""Opening the store of a survey."""

from wamkg.errors import StoreError
from wamkg.store.migrate import current_revision, head_revision, migrate
from wamkg.store.session import Store


def open_current_store(url: str, *, create: bool = False, upgrade: bool = False) -> Store:
    """The store at a URL, with current tables. `create` creates them in an empty store; `upgrade` migrates old ones.

    The caller closes it. Raises StoreError if the store is empty, older or newer than this program.
    """
    store = Store(url)
    try:
        revision = current_revision(store)
        if (revision is None and create) or (revision is not None and upgrade and revision != head_revision()):
            migrate(store)
        elif revision is None:
            raise StoreError(
                "the store is empty; begin a survey with `wamkg init --from LIST.md` or "
                "`wamkg init --taxonomy FILE.yaml`, or run `wamkg build` for the packaged one"
            )
        elif revision != head_revision():
            raise StoreError(
                f"the store has schema version {revision}, this program needs {head_revision()}; run `wamkg migrate`"
            )
    except BaseException:
        store.close()
        raise
    return store
