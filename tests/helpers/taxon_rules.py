"""Random edits of the tree."""

from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.helpers import edit_steps as steps
from tests.helpers.random_edits import PICK, CuratingMachine
from tests.helpers.store_state import paper_id
from wamkg.taxonomy.edit import NewTaxonPart, TaxonEdit
from wamkg.taxonomy.editor import run_edit

NAMES = st.sampled_from(["Alpha", "Beta", "Gamma"])
PARTS = ("Left", "Right")


class TaxonRules(CuratingMachine):
    """Edits of the taxonomy `wam`."""

    def _edit(self, step: steps.Step, may: bool, keys: list[str], operation: str, **values: Any) -> None:
        touched = {k for key in keys for k in (*self.now.above(key), *self.now.under(key))}
        about = steps.slots("tree", *touched, *self.now.at(*touched))
        edit = TaxonEdit(operation=operation, **values)
        self.do(lambda: run_edit(self.store, "wam", edit, "ana").batch, step, about, may)

    def _taxon(self, pick: int) -> str:
        return str(self.pick(self.now.taxa, pick))

    def _free(self, parent: str, *names: str) -> bool:
        above = f"{self.now.path(parent)}/" if parent else ""
        return all(self.now.is_free(above + name.lower()) for name in names)

    @rule(pick=PICK, name=NAMES)
    def add_taxon(self, pick: int, name: str) -> None:
        parent, key = self._taxon(pick), self.key()
        path = self.now.path(parent)
        self._edit(
            steps.add_taxon(key, parent, name), self._free(parent, name), [parent], "add", parent=path, name=name
        )
        if key in self.now.taxa:
            self.done[-1].about |= {key}

    @rule(pick=PICK, name=NAMES)
    def rename(self, pick: int, name: str) -> None:
        key = self._taxon(pick)
        parent, _, present = self.now.taxa[key]
        may = name != present and self._free(parent, name)
        self._edit(steps.rename(key, name), may, [key], "rename", taxon=self.now.path(key), name=name)

    @rule(pick=PICK, other=PICK)
    def move(self, pick: int, other: int) -> None:
        key, parent = self._taxon(pick), self._taxon(other)
        may = self.now.taxa[key][0] != parent and parent not in self.now.under(key)
        may = may and self._free(parent, self.now.taxa[key][1])
        where = {"taxon": self.now.path(key), "parent": self.now.path(parent)}
        self._edit(steps.move(key, parent), may, [key, parent], "move", **where)

    @rule(pick=PICK, other=PICK)
    def merge(self, pick: int, other: int) -> None:
        key, into = self._taxon(pick), self._taxon(other)
        children = [self.now.taxa[child][1] for child in self.now.below(key)]
        may = into not in self.now.under(key) and self._free(into, *children)
        where = {"taxon": self.now.path(key), "into": self.now.path(into)}
        self._edit(steps.merge(key, into), may, [key, into], "merge", **where)

    @rule(pick=PICK, other=PICK)
    def delete(self, pick: int, other: int) -> None:
        key, into = self._taxon(pick), self._taxon(other)
        may = into != key and not self.now.below(key)
        where = {"taxon": self.now.path(key), "into": self.now.path(into)}
        self._edit(steps.merge(key, into), may, [key, into], "delete", **where)

    @rule(pick=PICK, how=st.lists(st.booleans(), max_size=3))
    def split(self, pick: int, how: list[bool]) -> None:
        key = self._taxon(pick)
        here = sorted(self.now.at(key))
        parts = {self.key(): name for name in PARTS}
        going = {number: list(parts)[right] for number, right in zip(here, how, strict=False)}
        beside = (k for number in going for k, _ in self.now.papers[number].places if k != key)
        assume(not any(key in self.now.above(k) for k in beside))
        self._edit(
            steps.split(key, parts, going), self._free(key, *PARTS), [key], "split", taxon=self.now.path(key),
            parts=tuple(NewTaxonPart(name=name) for name in PARTS),
            papers={paper_id(number): parts[part].lower() for number, part in going.items()},
        )  # fmt: skip
        if self.now.taxa.keys() >= parts.keys():
            self.done[-1].about |= parts.keys()
