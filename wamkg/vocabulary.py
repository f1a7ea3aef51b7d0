"""The fixed vocabularies that the store, the CLI, the API and the seeds share."""

from enum import StrEnum

MAIN_TAXONOMY = ""
"""Where a slug of a taxonomy is expected: the survey's main taxonomy, or the only one there is."""


class Standing(StrEnum):
    """Screening result of a paper."""

    CITED = "cited"
    CANDIDATE = "candidate"
    INCLUDED = "included"
    EXCLUDED = "excluded"


class EntityKind(StrEnum):
    """Kinds of entities with a permanent public id."""

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


class AssignmentStatus(StrEnum):
    """Status of an assignment of a paper in one taxonomy."""

    PLACED = "placed"
    UNDECIDED = "undecided"
    OUTSIDE = "outside"
    NOT_APPLICABLE = "not-applicable"


REJECTED = "rejected"
"""Status of an assignment that was never live: a person rejected a suggestion."""


class EventKind(StrEnum):
    """Dated events of a paper."""

    ARXIV_V1 = "arxiv_v1"
    ARXIV_LATEST = "arxiv_latest"
    VENUE = "venue"
    CODE = "code"
    RELEASED = "released"


class BatchKind(StrEnum):
    """What wrote a batch."""

    SEED = "seed"
    IMPORT = "import"
    ENRICH = "enrich"
    LOAD = "load"
    EMBED = "embed"
    SUGGEST = "suggest"
    EDIT = "edit"
    DECISION = "decision"
    TAXONOMY = "taxonomy"
    MERGE = "merge"
    UNDO = "undo"
    EXPORT = "export"
    DISCOVER = "discover"
    WATCH = "watch"
    DIGEST = "digest"
    PROPOSE = "propose"


AWAITING_HEADING = "Awaiting a place"
"""Heading of an exported list above the papers that have no assignment; an import understands it."""
BRANCH_COLORS = ("blue", "teal", "brown", "violet", "red", "ochre", "indigo", "amber")
"""Colors of branches, in the order of the figures' palette."""
DIAGRAMS = ("vla", "wm", "wam", "cascaded", "joint")
"""Drawings that a definition of the survey may have."""
DATE_RULES = ("arxiv_v1", "venue")
"""Which date places a paper: that of its first version, or that of its venue."""


class OutsideKind(StrEnum):
    """Why a paper is out of scope of a taxonomy, where the survey has no kinds of its own."""

    VLA_WITHOUT_FUTURE = "vla-without-future"
    WORLD_MODEL_WITHOUT_ACTION = "world-model-without-action"
    WORLD_MODEL_FOR_VLA = "world-model-for-vla"
    DATA_OR_BENCHMARK = "data-or-benchmark"
    SURVEY = "survey"
    OTHER = "other"


class ObjectionStatus(StrEnum):
    """Status of an objection; the last four close it."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RESOLVED = "resolved"

    @classmethod
    def _missing_(cls, value: object) -> "ObjectionStatus | None":
        """Accept the former name of a status."""
        return cls.RESOLVED if value == "settled" else None


OPEN_STATUSES = (ObjectionStatus.OPEN, ObjectionStatus.ANSWERED)
"""An objection with one of these statuses is still open."""


class ObjectorRole(StrEnum):
    """Role of the person who objects; `decision`: two decisions made without knowledge of each other."""

    CO_AUTHOR = "co-author"
    PAPER_AUTHOR = "paper-author"
    READER = "reader"
    DECISION = "decision"


HUMAN_OBJECTORS = frozenset(ObjectorRole) - {ObjectorRole.DECISION}


class DuplicateVerdict(StrEnum):
    """A person's judgement on two papers: are they the same work?"""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class QuestionStatus(StrEnum):
    """Status of a question whether a record describes the paper that its id names; all but the first are answers.

    `wrong-id`: the paper does not have this id. `renamed`: the record describes the paper, whose title has changed.
    `wrong-record`: the paper has this id, and the record carries it by mistake.
    """

    OPEN = "open"
    WRONG_ID = "wrong-id"
    RENAMED = "renamed"
    WRONG_RECORD = "wrong-record"


class RouteKind(StrEnum):
    """Kinds of routes by which a survey looks for new papers."""

    ARXIV = "arxiv"
    LIST = "list"
    OPENREVIEW = "openreview"


ROUTE_KINDS = {RouteKind.ARXIV: "query", RouteKind.LIST: "source", RouteKind.OPENREVIEW: "source"}
"""What a route of each kind needs: a query in arXiv's language, or a file or URL."""


CITING, CITED, RECOMMENDED = "citing", "cited", "recommended"
ROUTES_OF_EVERY_SURVEY = (CITING, CITED, RECOMMENDED)
"""Routes that a survey need not name: stored citations in both directions, and Semantic Scholar's recommendations."""


class DiscoveryOutcome(StrEnum):
    """What became of a record that a route found.

    `candidate`: a new candidate paper. `known`: the library has it. `question`: a person must say which paper it is.
    `returned`: a rejected paper whose title or abstract has changed. `unreadable`: it has neither a title nor an id.
    `set-aside`: probably out of scope, or more than a week's share; it is not in the library.
    """

    CANDIDATE = "candidate"
    KNOWN = "known"
    QUESTION = "question"
    RETURNED = "returned"
    UNREADABLE = "unreadable"
    SET_ASIDE = "set-aside"


NEW_FINDS = (DiscoveryOutcome.CANDIDATE, DiscoveryOutcome.RETURNED, DiscoveryOutcome.QUESTION)
"""Outcomes that a person should look at."""


class NoticeKind(StrEnum):
    """What has changed about a library paper at a source."""

    VERSION = "version"
    WITHDRAWN = "withdrawn"
    RETRACTED = "retracted"
    TITLE = "title"
    ABSTRACT = "abstract"
    VENUE = "venue"
    PUBLISHED = "published"
    CODE = "code"


class NoticeStatus(StrEnum):
    """Status of a notice; the last two are answers of a person."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


class ProposalStatus(StrEnum):
    """Status of a proposal; `answered`: a decision was made otherwise."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ANSWERED = "answered"


class TaskKind(StrEnum):
    """What can be fetched for a paper, in the order in which it is fetched."""

    METADATA = "metadata"
    CITATIONS = "citations"
    REFERENCES = "references"
    ABSTRACT = "abstract"


class TaskStatus(StrEnum):
    """Status of one task."""

    TODO = "todo"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"


class JobStatus(StrEnum):
    """Status of one job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What a token may do. Each role includes the ones before it."""

    READER = "reader"
    PROPOSER = "proposer"
    CURATOR = "curator"
    ADMIN = "admin"

    def allows(self, needed: "Role") -> bool:
        """Whether this role includes another one."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class TokenKind(StrEnum):
    """Kinds of credentials."""

    TOKEN = "token"
    SESSION = "session"
    LINK = "link"


PERSON, PROGRAM = "person", "program"
"""Kinds of actors; `person` is also the source of values that a person set."""

ARXIV_ID_SOURCE = "id:arxiv"
"""Source name of a date that was derived from an arXiv id."""

SOURCE_PRECEDENCE = (("person",), ("publisher",), ("s2",), ("arxiv",), ("list", "seed"), ("id",), ("default",))
"""Which source's value is shown, strongest first. A source is `kind` or `kind:name`; those in one group are equal.

`id` is the placeholder title of a paper of which only the id is known. `default` is a value that wamkg chose itself,
such as the citation key of a paper that no file gave one.
"""
DEFAULT_SOURCE = "default"
"""Source name of values that wamkg chose itself."""
