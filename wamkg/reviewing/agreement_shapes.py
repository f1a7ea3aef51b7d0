"""What is said of agreement: plain values, without the numerics that work them out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two reviewers over the papers that both classed."""

    a: str
    b: str
    papers: int
    observed: float | None
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Measure:
    """Agreement on one question; `papers` are those that two or more classed, None stands where it is not defined.

    `observed` is the share of pairs of words that are the same, `kappa` Cohen's, with more than two reviewers the mean
    over their pairs, `alpha` Krippendorff's for nominal data; intervals are bootstrap percentiles over papers.
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
class TaxonAgreement:
    """Agreement on whether a paper belongs at or below a taxon; `named` is how many words say so."""

    taxon: str
    named: int
    measure: Measure


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who was asked, how many words are missing or unsure, and the measures."""

    taxonomy: str
    source: str
    reviewers: list[str]
    papers: int
    words: int
    missing: int
    unsure: int
    overall: Measure
    levels: list[LevelAgreement]
    taxa: list[TaxonAgreement]
    pairs: list[PairAgreement]
    samples: int
    seed: int
    level: float
