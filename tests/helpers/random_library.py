"""A small survey made once and copied: each random sequence begins with the same rows, and none migrates."""

import shutil
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.migrate import migrate
from wamkg.store.session import Store, settle_file, store_file
from wamkg.store.taxonomies import TaxonomySpec, TaxonSpec, save_taxonomy
from wamkg.vocabulary import BatchKind


def _taxon(name: str, *children: TaxonSpec) -> TaxonSpec:
    return TaxonSpec(name.lower(), name, children=list(children))


TREE = TaxonomySpec(
    "wam", "World Action Models",
    taxa=[
        _taxon("Cascaded", _taxon("Explicit"), _taxon("Implicit")),
        _taxon("Joint", _taxon("Autoregressive"), _taxon("Diffusion", _taxon("Unified"))),
    ],
)  # fmt: skip


@dataclass(frozen=True)
class Library:
    """A store that nobody writes to any more, and one beside it that is made the same again and again.

    The second keeps its engine, since an engine remembers every statement it has compiled.
    """

    url: str
    store: Store

    def fresh(self) -> Store:
        """The second store, with the rows of the first."""
        self.store.close()
        if file := store_file(self.store.url):
            for part in file.parent.glob(f"{file.name}*"):
                part.unlink()
            shutil.copyfile(str(store_file(self.url)), file)
        else:
            names = [sql.Identifier(str(make_url(url).database)) for url in (self.store.url, self.url)]
            server = make_url(self.url).set(drivername="postgresql", database="postgres")
            with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(names[0]))
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return self.store


def make_library(url: str) -> Library:
    """Make the survey in an empty database: one taxonomy of seven taxa, and no papers yet."""
    store = Store(url)
    migrate(store)
    with store.writing() as session:
        batch = open_batch(session, BatchKind.SEED, "seeds", get_actor(session, "seeds"))
        close_batch(session, batch, {"taxa": save_taxonomy(session, batch, TREE)})
    store.close()
    if file := store_file(url):
        settle_file(file)
    beside = make_url(url).set(database=f"{make_url(url).database}-copy")
    return Library(url, Store(beside.render_as_string(hide_password=False)))
