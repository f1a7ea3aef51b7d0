"""The values of an agreement: plain dataclasses, without the numerics that compute them."""

from dataclasses import dataclass

from wamkg.former_names import Former, WithFormerNames, former


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Agreement of two reviewers on the papers that both labeled."""

    a: str
    b: str
    papers: int
    observed: float | None
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Measure:
    """Agreement on one question; `papers` are those that two or more labeled. Undefined values are None.

    `observed` is the share of pairs of equal labels; `kappa` is Cohen's, the mean over pairs for more than two
    reviewers; `alpha` is Krippendorff's for nominal data; intervals are bootstrap percentiles over papers.
    """

    papers: int
    observed: float | None
    kappa: float | None
    kappa_interval: tuple[float, float] | None
    alpha: float | None
    alpha_interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class LevelAgreement:
    """Agreement on the first `depth` steps of the path."""

    depth: int
    measure: Measure


@dataclass(frozen=True, slots=True)
class TaxonAgreement(WithFormerNames):
    """Agreement on whether a paper belongs at or below a taxon; `positives` is the number of labels that say so."""

    taxon: str
    positives: int
    measure: Measure
    named: Former[int] = former("positives")


@dataclass(frozen=True, slots=True)
class Agreement(WithFormerNames):
    """The reviewers, the number of missing or unsure labels, and the measures."""

    taxonomy: str
    source: str
    reviewers: list[str]
    papers: int
    labels: int
    missing: int
    unsure: int
    overall: Measure
    levels: list[LevelAgreement]
    taxa: list[TaxonAgreement]
    pairs: list[PairAgreement]
    samples: int
    seed: int
    level: float
    words: Former[int] = former("labels")
