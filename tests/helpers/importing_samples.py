"""A small catalogue and small lists, invented, one for every dialect that lists are written in."""

from wamkg.importing.lists.awesome_list import parse_list
from wamkg.importing.parse_result import ParseResult
from wamkg.importing.taxonomy_index import TaxonomyIndex, TaxonomyMatcher, from_seed_mapping
from wamkg.matching.record import Record

WAM = from_seed_mapping(
    {
        "slug": "wam",
        "title": "World Action Models",
        "aliases": ["WAM"],
        "badge_states": {"Needs-Review": "awaiting-review"},
        "taxa": [
            {
                "slug": "cascaded",
                "name": "Cascaded",
                "children": [
                    {
                        "slug": "explicit",
                        "name": "Explicit",
                        "children": [
                            {"slug": "learned", "name": "Learned Action Extraction", "aliases": ["Learned"]},
                            {"slug": "geometric", "name": "Geometric Extraction", "aliases": ["Geometric"]},
                        ],
                    },
                    {"slug": "implicit", "name": "Implicit"},
                ],
            },
            {
                "slug": "joint",
                "name": "Joint",
                "children": [
                    {"slug": "autoregressive", "name": "Autoregressive Generation"},
                    {
                        "slug": "diffusion",
                        "name": "Diffusion-based Generation",
                        "aliases": ["Diffusion"],
                        "children": [
                            {
                                "slug": "unified-stream",
                                "name": "Unified Stream",
                                "aliases": ["Unified-DiT"],
                                "children": [
                                    {"slug": "explicit", "name": "Explicit Future Generation", "aliases": ["Explicit"]},
                                    {"slug": "implicit", "name": "Implicit Future Prediction", "aliases": ["Implicit"]},
                                ],
                            },
                            {
                                "slug": "multi-stream",
                                "name": "Multi-Stream",
                                "children": [{"slug": "hidden-state", "name": "Hidden-State Coupling"}],
                            },
                        ],
                    },
                ],
            },
        ],
    }
)
WM_FOR_VLA = from_seed_mapping(
    {
        "slug": "wm-for-vla",
        "title": "World Model for VLA",
        "taxa": [
            {"slug": "imitation-learning", "name": "Imitation Learning"},
            {"slug": "evaluation", "name": "Evaluation", "aliases": ["World Model for Evaluation"]},
        ],
    }
)
DATA = from_seed_mapping(
    {
        "slug": "training-data",
        "title": "Training Data",
        "taxa": [
            {"slug": "simulation", "name": "Simulation"},
            {"slug": "human-egocentric", "name": "Human / Egocentric"},
        ],
    }
)
EVALUATION = from_seed_mapping(
    {
        "slug": "evaluation",
        "title": "Evaluation",
        "taxa": [
            {
                "slug": "world-modelling",
                "name": "World-Modelling Capability",
                "children": [{"slug": "visual-fidelity", "name": "Visual Fidelity"}],
            },
            {
                "slug": "action-policy",
                "name": "Action Policy",
                "children": [{"slug": "general", "name": "General Manipulation"}],
            },
        ],
    }
)
CATALOGUE = TaxonomyIndex((WAM, WM_FOR_VLA, DATA, EVALUATION))
EMPTY = TaxonomyIndex()


def read(text: str, catalogue: TaxonomyIndex = CATALOGUE, taxonomy: str | None = None) -> ParseResult:
    """A list read as `README.md`."""
    return parse_list(text, "README.md", catalogue, taxonomy)


def only(text: str, catalogue: TaxonomyIndex = CATALOGUE) -> Record:
    """The one record of a list that has nothing else."""
    result = read(text, catalogue)
    items = list(result.items)
    assert len(items) == 1, items
    assert isinstance(items[0], Record), items[0]
    return items[0]


def placed(record: Record) -> list[tuple[str, str | None]]:
    """Classes of a record, the primary one first."""
    return [(p.taxonomy, p.taxon) for p in record.placements]


def new_taxonomies(result: ParseResult) -> list[TaxonomyMatcher]:
    """Taxonomies that the list itself defines."""
    return [used.taxonomy for used in result.taxonomies if used.new]
