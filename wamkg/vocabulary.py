"""The closed lists of words that the store, the CLI, the API and the seeds share."""

from enum import StrEnum

MAIN = "wam"
"""The taxonomy that this survey is about: shown where none is asked for, first wherever several are."""


class Standing(StrEnum):
    """Where a paper stands in the survey."""

    CITED = "cited"
    CANDIDATE = "candidate"
    INCLUDED = "included"
    EXCLUDED = "excluded"


class EntityKind(StrEnum):
    """Kinds of things that carry a permanent public id."""

    PAPER = "paper"
    METHOD = "method"
    INSTITUTION = "institution"
    DATASET = "dataset"
    BENCHMARK = "benchmark"
    METRIC = "metric"
    CHALLENGE = "challenge"
    CONCEPT = "concept"
    TAXONOMY = "taxonomy"
    TAXON = "taxon"


class Relation(StrEnum):
    """Typed links between two entities."""

    PROPOSES = "proposes"
    INTRODUCES = "introduces"
    TRAINED_ON = "trained_on"
    EVALUATED_ON = "evaluated_on"
    ADDRESSES = "addresses"
    BUILDS_ON = "builds_on"
    PUBLISHED_AS = "published_as"
    ABOUT = "about"
    AFFILIATED = "affiliated"


class AssignmentState(StrEnum):
    """What an assignment says of a paper in one taxonomy."""

    PLACED = "placed"
    UNDECIDED = "undecided"
    OUTSIDE = "outside"
    NOT_APPLICABLE = "not-applicable"


REJECTED = "rejected"
"""State of an assignment that was never live: a person's no to a suggestion."""


class EventKind(StrEnum):
    """Dated events of a paper."""

    ARXIV_V1 = "arxiv_v1"
    ARXIV_LATEST = "arxiv_latest"
    VENUE = "venue"
    CODE = "code"
    RELEASED = "released"


class BatchKind(StrEnum):
    """What made a batch of writes."""

    SEED = "seed"
    IMPORT = "import"
    ENRICH = "enrich"
    EMBED = "embed"
    SUGGEST = "suggest"
    EDIT = "edit"
    DECISION = "decision"
    TAXONOMY = "taxonomy"
    MERGE = "merge"
    UNDO = "undo"
    EXPORT = "export"


class OutsideKind(StrEnum):
    """Why a paper lies outside the scope of a taxonomy."""

    VLA_WITHOUT_FUTURE = "vla-without-future"
    WORLD_MODEL_WITHOUT_ACTION = "world-model-without-action"
    WORLD_MODEL_FOR_VLA = "world-model-for-vla"
    DATA_OR_BENCHMARK = "data-or-benchmark"
    SURVEY = "survey"
    OTHER = "other"


class ObjectionStatus(StrEnum):
    """What became of an objection; the last four close it."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"


OPEN_STATUSES = (ObjectionStatus.OPEN, ObjectionStatus.ANSWERED)
"""An objection in one of these still waits for somebody to close it."""


class RaisedAs(StrEnum):
    """As whom somebody objects; `decision` is between two decisions made without knowledge of each other."""

    CO_AUTHOR = "co-author"
    PAPER_AUTHOR = "paper-author"
    READER = "reader"
    DECISION = "decision"


RAISED_BY_PEOPLE = frozenset(RaisedAs) - {RaisedAs.DECISION}


class SameWork(StrEnum):
    """What a person says of two papers: are they one work?"""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class QuestionStatus(StrEnum):
    """What became of the question whether a record is the paper that its id leads to; all but the first answer it.

    `wrong-id`: the id is not the paper's. `renamed`: the record is the paper's, its title has changed. `wrong-record`:
    the id is the paper's, and the record has it by mistake.
    """

    OPEN = "open"
    WRONG_ID = "wrong-id"
    RENAMED = "renamed"
    WRONG_RECORD = "wrong-record"


class WorkKind(StrEnum):
    """What there is to fetch of a paper, in the order it is fetched."""

    METADATA = "metadata"
    CITATIONS = "citations"
    REFERENCES = "references"
    ABSTRACT = "abstract"


class WorkState(StrEnum):
    """State of one unit of work."""

    TODO = "todo"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"


class JobState(StrEnum):
    """State of one run of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What a token may do; each may do what those before it may."""

    READER = "reader"
    CURATOR = "curator"
    ADMIN = "admin"

    def allows(self, needed: "Role") -> bool:
        """Whether this role may do what another is needed for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class TokenKind(StrEnum):
    """Kinds of credentials."""

    TOKEN = "token"
    SESSION = "session"
    LINK = "link"


PERSON = "person"
"""Source name of values that a person gave."""

PREFIX_SOURCE = "id:arxiv"
"""Source name of a date that was only read off an arXiv id."""

SOURCE_PRECEDENCE = (("person",), ("publisher",), ("s2",), ("arxiv",), ("list", "seed"), ("id",), ("default",))
"""Which source's value is shown, strongest first; a source is `kind` or `kind:name`, those side by side are equals.

`id` is the name a paper has while nothing but its id is known, `default` what the project itself chose, such as the
citation key of a paper that no file gave one.
"""
DEFAULT_SOURCE = "default"
"""Source name of what the project itself chose."""
