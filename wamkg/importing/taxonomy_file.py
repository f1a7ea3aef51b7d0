"""A taxonomy in YAML: the form of `seeds/taxonomies/*.yaml`, read with the line of every value.

`docs/formats.md` describes the form, `seeds/taxonomy.schema.json` checks it in an editor.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from wamkg.errors import InvalidInputError
from wamkg.identifiers import normalise, slugify
from wamkg.importing.ids import identified
from wamkg.near_matches import did_you_mean
from wamkg.store.taxonomies import TaxonomySpec, TaxonSpec

CARDINALITIES = ("one", "one-primary", "many")
_NAMES = ("aliases", "former_names")
TAXONOMY_KEYS = ("slug", "title", "description", *_NAMES, "cardinality", "excludes", "badge_states", "taxa")
TAXON_KEYS = (
    "slug", "name", *_NAMES, "former_paths", "code", "definition", "include", "exclude", "exemplars", "children",
)  # fmt: skip
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EMPTY = "tag:yaml.org,2002:null"


@dataclass(frozen=True)
class FileMistake:
    """One mistake of a file: its line, the field, and what is wrong with it."""

    line: int
    field: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.text}" if self.field else f"line {self.line}: {self.text}"


class FileMistakesError(InvalidInputError):
    """A file has mistakes. The message names all of them."""

    def __init__(self, name: str, mistakes: list[FileMistake]) -> None:
        self.name = name
        self.mistakes = sorted(mistakes, key=lambda mistake: mistake.line)
        count = f"{len(mistakes)} mistake" + ("" if len(mistakes) == 1 else "s")
        super().__init__(f"{name}: {count}, nothing was written: {'; '.join(map(str, self.mistakes))}")


@dataclass(frozen=True)
class ExemplarRef:
    """A paper that a file names as an exemplar: by an id, or by its title if it has none."""

    line: int
    id: str = ""
    title: str = ""


@dataclass
class TaxonExtras:
    """What a file says of a taxon beside its `TaxonSpec`."""

    exemplars: list[ExemplarRef] = field(default_factory=list)
    former_names: list[str] = field(default_factory=list)
    former_paths: list[str] = field(default_factory=list)


@dataclass
class TaxonomyFile:
    """A taxonomy as a file has it; `extras` by taxon path, with that of the taxonomy itself at ''."""

    name: str
    spec: TaxonomySpec
    extras: dict[str, TaxonExtras]
    notes: list[str]
    """Names that are kept once because they read the same."""


def read_taxonomy_file(text: bytes, name: str) -> TaxonomyFile:
    """Read a taxonomy from YAML; `name` is what the file is called in messages.

    Raises FileMistakesError, which names every mistake by line and field.
    """
    reader = _Reader(name)
    root = reader.tree(text)
    spec = reader.taxonomy(root) if isinstance(root, yaml.MappingNode) else None
    if spec is None and not reader.mistakes:
        reader.mistakes.append(
            FileMistake(1, "", f"write a mapping that begins with `slug: ...`; {_kind(root)} is given")
        )
    if reader.mistakes or spec is None:
        raise FileMistakesError(name, reader.mistakes)
    return TaxonomyFile(name, spec, reader.extras, reader.notes)


def _kind(node: yaml.Node | None) -> str:
    if node is None or node.tag == _EMPTY:
        return "nothing"
    kinds = {yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list", yaml.ScalarNode: "a text"}
    return kinds.get(type(node), "something else")


_Fields = dict[str, yaml.Node]


class _Reader:
    """Reads one file and collects its mistakes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.mistakes: list[FileMistake] = []
        self.extras: dict[str, TaxonExtras] = {}
        self.notes: list[str] = []

    def _wrong(self, node: yaml.Node | yaml.Event, where: str, text: str) -> None:
        line = node.start_mark.line + 1 if node.start_mark else 1
        self.mistakes.append(FileMistake(line, where, text))

    def tree(self, data: bytes) -> yaml.Node | None:
        """The nodes of the file."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as broken:
            line = data[: broken.start].count(b"\n") + 1
            self.mistakes.append(FileMistake(line, "", "not valid UTF-8; save the file as UTF-8"))
            return None
        try:
            reference = next((e for e in yaml.parse(text, Loader=_LOADER) if isinstance(e, yaml.AliasEvent)), None)
            if reference is not None:
                self._wrong(reference, "", f"references (*{reference.anchor}) are not read; write the text out")
                return None
            node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
            return node
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.mistakes.append(FileMistake(mark.line + 1 if mark else 1, "", f"not valid YAML: {error.problem}"))
        except yaml.YAMLError as error:
            self.mistakes.append(FileMistake(1, "", f"not valid YAML: {error}"))
        except RecursionError:
            self.mistakes.append(FileMistake(1, "", "the levels are too deep to be read; 100 can be"))
        return None

    def taxonomy(self, root: yaml.MappingNode) -> TaxonomySpec | None:
        """The taxonomy at the root of the file."""
        fields = self._fields(root, TAXONOMY_KEYS)
        former = self._texts(fields, "former_names")
        self.extras[""] = TaxonExtras(former_names=former)
        rules: dict[str, Any] = {
            "cardinality": self._one_of(fields, "cardinality", CARDINALITIES, "many"),
            "badge_states": self._words(fields, "badge_states"),
        }
        if excludes := self._pairs(fields, "excludes"):
            rules["excludes"] = excludes
        spec = TaxonomySpec(
            slug=self._slug(root, fields),
            title=self._line(root, fields, "title", needed=True),
            description=self._text(fields, "description"),
            rules=rules,
            aliases=self._names(fields, "aliases"),
        )
        try:
            spec.taxa = self._taxa(fields, "taxa", "")
        except RecursionError:
            self._wrong(root, "taxa", "the levels are too deep to be read; 100 can be")
        return spec

    def _taxa(self, fields: _Fields, key: str, above: str) -> list[TaxonSpec]:
        taxa: dict[str, int] = {}
        found = []
        for node in self._items(fields, key):
            if not isinstance(node, yaml.MappingNode):
                self._wrong(node, key, f"a taxon begins with `slug: ...`; {_kind(node)} is given")
                continue
            taxon = self._taxon(node, above)
            first = taxa.setdefault(taxon.slug, node.start_mark.line + 1)
            if taxon.slug and first != node.start_mark.line + 1:
                self._wrong(node, "slug", f"{taxon.slug!r} is the slug of the taxon at line {first} too")
            found.append(taxon)
        return found

    def _taxon(self, node: yaml.MappingNode, above: str) -> TaxonSpec:
        fields = self._fields(node, TAXON_KEYS)
        slug = self._slug(node, fields)
        path = f"{above}/{slug}" if above else slug
        self.extras[path] = TaxonExtras(
            list(self._exemplars(fields)), self._names(fields, "former_names"), self._texts(fields, "former_paths")
        )
        return TaxonSpec(
            slug=slug,
            name=self._line(node, fields, "name", needed=True),
            code=self._line(node, fields, "code"),
            definition=self._text(fields, "definition"),
            include=self._texts(fields, "include"),
            exclude=self._texts(fields, "exclude"),
            aliases=self._names(fields, "aliases"),
            children=self._taxa(fields, "children", path),
        )

    def _fields(self, node: yaml.MappingNode, known: tuple[str, ...]) -> _Fields:
        fields: _Fields = {}
        for name, value in node.value:
            key = name.value if isinstance(name, yaml.ScalarNode) else ""
            if key not in known:
                near = did_you_mean(key, known) or f"; known are {', '.join(known)}"
                self._wrong(name, key or _kind(name), f"unknown key{near}")
            elif key in fields:
                self._wrong(name, key, f"given before, at line {fields[key].start_mark.line + 1}")
            else:
                fields[key] = value
        return {key: value for key, value in fields.items() if value.tag != _EMPTY}

    def _text(self, fields: _Fields, key: str) -> str:
        node = fields.get(key)
        return self._scalar(node, key) if node is not None else ""

    def _scalar(self, node: yaml.Node, key: str) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._wrong(node, key, f"a text is expected; {_kind(node)} is given")
            return ""
        text = str(node.value).strip()
        if any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in text):
            self._wrong(node, key, "the text has a character that cannot be stored")
            return ""
        return text

    def _line(self, owner: yaml.Node, fields: _Fields, key: str, needed: bool = False) -> str:
        text = self._text(fields, key)
        if len(text.splitlines()) > 1:
            self._wrong(fields[key], key, "write it in one line")
        if not text and needed and not (key in fields and self._has_mistake(fields[key])):
            self._wrong(fields.get(key, owner), key, "missing")
        return text

    def _has_mistake(self, node: yaml.Node) -> bool:
        return any(mistake.line == node.start_mark.line + 1 for mistake in self.mistakes)

    def _slug(self, owner: yaml.Node, fields: _Fields) -> str:
        slug = self._line(owner, fields, "slug", needed=True)
        if slug and slugify(slug) != slug:
            self._wrong(fields["slug"], "slug", f"{slug!r} is not a valid slug; write {slugify(slug)!r}")
        return slug

    def _one_of(self, fields: _Fields, key: str, known: tuple[str, ...], default: str) -> str:
        text = self._text(fields, key) or default
        if text not in known:
            self._wrong(fields[key], key, f"{text!r} is given; write one of {', '.join(known)}")
        return text

    def _items(self, fields: _Fields, key: str) -> list[yaml.Node]:
        node = fields.get(key)
        if node is not None and not isinstance(node, yaml.SequenceNode):
            self._wrong(node, key, f"a list is expected; {_kind(node)} is given")
            return []
        return list(node.value) if node is not None else []

    def _list(self, fields: _Fields, key: str) -> list[tuple[yaml.Node, str]]:
        texts = [(node, self._scalar(node, key)) for node in self._items(fields, key)]
        for node, text in texts:
            if not text and not self._has_mistake(node):
                self._wrong(node, key, "an empty text")
        return texts

    def _texts(self, fields: _Fields, key: str) -> list[str]:
        return [text for _, text in self._list(fields, key)]

    def _names(self, fields: _Fields, key: str) -> list[str]:
        """Names without those that read the same as an earlier one."""
        kept: dict[str, str] = {}
        for node, name in self._list(fields, key):
            folded = normalise(name)
            if name and not folded:
                self._wrong(node, key, f"{name!r} has neither a letter nor a digit")
            elif kept.setdefault(folded, name) != name:
                line = node.start_mark.line + 1
                self.notes.append(f"line {line}, {key}: {name!r} reads the same as {kept[folded]!r}; kept once")
        return [name for name in kept.values() if name]

    def _words(self, fields: _Fields, key: str) -> dict[str, str]:
        """A mapping of texts to texts."""
        node = fields.get(key)
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, key, f"a mapping is expected; {_kind(node)} is given")
            return {}
        return {self._scalar(name, key): self._scalar(value, key) for name, value in node.value}

    def _pairs(self, fields: _Fields, key: str) -> list[list[str]]:
        pairs = []
        for node in self._items(fields, key):
            texts = [self._scalar(n, key) for n in node.value] if isinstance(node, yaml.SequenceNode) else []
            if len(texts) != 2 or not all(texts):
                self._wrong(node, key, "write two places, such as [wam:joint, other-taxonomy]")
            pairs.append(texts)
        return pairs

    def _exemplars(self, fields: _Fields) -> Iterator[ExemplarRef]:
        for node in self._items(fields, "exemplars"):
            line = node.start_mark.line + 1
            if isinstance(node, yaml.MappingNode):
                title = self._text(self._fields(node, ("title",)), "title")
                if not normalise(title):
                    self._wrong(node, "exemplars", "write an id, or `title: ...` for a paper without one")
                else:
                    yield ExemplarRef(line, title=title)
            elif text := self._scalar(node, "exemplars"):
                yield ExemplarRef(line, id=text)
            elif not self._has_mistake(node):
                self._wrong(node, "exemplars", "an empty text")


def is_outside_id(text: str) -> bool:
    """Whether a text is an id under which a paper that the store lacks can be kept."""
    record = identified(text)
    return record is not None and any((record.arxiv, record.doi, record.s2, record.openalex))
