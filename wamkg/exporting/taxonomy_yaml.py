"""Writes a taxonomy in YAML, the form that `wamkg taxonomy create` reads."""

import yaml
from sqlmodel import Session

from wamkg.json_types import UncheckedMapping, UncheckedObject
from wamkg.store.paper_details import PaperRow, paper_rows
from wamkg.store.tables import Alias, Taxon
from wamkg.store.taxonomies import FORMER_NAME, FORMER_PATH, alias_rows, exemplars_of, get_taxonomy, list_taxa

WIDTH = 118
_RULES = ("cardinality", "excludes", "badge_states")
_Block = UncheckedObject


class _Writer(yaml.SafeDumper):
    """YAML as the packaged taxonomies have it: items of a list are indented, texts are not aliased."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        """Write every text out."""
        return True


def _represent_text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Other styles fold the rarer line separators into blanks when they are read again.
    odd = any(c in "\x85\u2028\u2029\ufeff" or (c < " " and c != "\n") for c in text)
    style = '"' if odd or text != text.strip() else "|" if "\n" in text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style)


_Writer.add_representer(str, _represent_text)


def taxonomy_yaml(session: Session, slug: str) -> str:
    """A taxonomy with everything that a person wrote: definitions, criteria, names, rules and exemplars.

    Raises NotFoundError.
    """
    taxonomy = get_taxonomy(session, slug)
    taxa = list_taxa(session, taxonomy)
    assert taxonomy.id is not None
    numbers = [taxon.id for taxon in taxa if taxon.id is not None]
    names = alias_rows(session, [taxonomy.id, *numbers])
    exemplars = _exemplars(session, numbers)
    block: _Block = {"slug": taxonomy.slug, "title": taxonomy.title, "description": taxonomy.description}
    block |= _names(names.get(taxonomy.id, []))
    rules = {"cardinality": "many"} | taxonomy.rules
    block |= {name: rules[name] for name in _RULES if rules.get(name)}
    blocks: dict[int | None, _Block] = {None: _filled(block) | {"taxa": []}}
    for taxon in taxa:
        blocks[taxon.id] = _taxon(taxon, names.get(taxon.id or 0, []), exemplars.get(taxon.id or 0, []))
        children = blocks[taxon.parent_id].setdefault("taxa" if taxon.parent_id is None else "children", [])
        children.append(blocks[taxon.id])
    return dump_block(blocks[None])


def dump_block(block: UncheckedMapping) -> str:
    """YAML in the style of the packaged files; every text is read back as it was."""
    text: str = yaml.dump(block, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=WIDTH)
    return text


def _taxon(taxon: Taxon, names: list[Alias], exemplars: list[str | dict[str, str]]) -> _Block:
    block = {"slug": taxon.slug, "name": taxon.name, **_names(names), "code": taxon.code}
    block |= {"definition": taxon.definition, "include": taxon.include, "exclude": taxon.exclude}
    return _filled(block | {"exemplars": exemplars})


def _names(rows: list[Alias]) -> dict[str, list[str]]:
    former = [row.name for row in rows if row.kind == FORMER_NAME]
    paths = [row.name for row in rows if row.kind == FORMER_PATH]
    labels = [row.name for row in rows if row.kind not in (FORMER_NAME, FORMER_PATH)]
    return {"aliases": labels, "former_names": former, "former_paths": paths}


def _filled(block: _Block) -> _Block:
    return {key: value for key, value in block.items() if value}


def _exemplars(session: Session, taxa: list[int]) -> dict[int, list[str | dict[str, str]]]:
    """What names the exemplars of each taxon in any store: an outside id, else the title."""
    shown = exemplars_of(session, taxa)
    papers = paper_rows(session, sorted({n for group in shown.values() for n in group}), texts=False)
    return {taxon: [_named(papers[n]) for n in group if n in papers] for taxon, group in shown.items()}


def _named(paper: PaperRow) -> str | dict[str, str]:
    for scheme in ("arxiv", "doi", "s2", "openalex"):
        if value := getattr(paper, scheme):
            return f"{scheme}:{value}"
    return {"title": paper.title}
