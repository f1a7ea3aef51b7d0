"""The methods appendix: how an edition was made, with every number from the store."""

from pathlib import Path

from wamkg.errors import NotFoundError
from wamkg.exporting.methods import Appendix, methods_latex
from wamkg.history.diff import ReleaseDiff
from wamkg.reviewing.agreement_report import Agreement
from wamkg.services.missing import estimate_unseen
from wamkg.services.rounds import agreement
from wamkg.store.releases import list_releases
from wamkg.store.session import Store
from wamkg.views.methods import survey_methods
from wamkg.views.missing import LEAST
from wamkg.views.snapshots import NOW, diff_snapshots, open_release_or_day, open_snapshot


def methods_appendix(store: Store, home: Path, release: str | None, target: float) -> str:
    """The appendix as LaTeX, of a release or of today; `target` is the share of all works at which searching may stop.

    Changes are those since the release before. Raises the errors of `open_snapshot`.
    """
    with open_snapshot(store, home, release=release) as shown:
        with shown.reading() as session:
            made = survey_methods(session)
        agreements = {each.slug: _agreement(shown, each.slug) for each in made.taxonomies}
        search = estimate_unseen(shown, LEAST, target)
    return methods_latex(Appendix(made, search, agreements, _changes(store, home, release)))


def _agreement(store: Store, slug: str) -> Agreement | None:
    """The agreement of rounds, else that of independent decisions; None without two people who labeled one paper."""
    for of_decisions in (False, True):
        try:
            return agreement(store, slug, of_decisions=of_decisions)
        except NotFoundError:
            continue
    return None


def _changes(store: Store, home: Path, release: str | None) -> ReleaseDiff | None:
    with store.reading() as session:
        names = [one.name for one in list_releases(session)]
    earlier = names[: names.index(release)] if release in names else names
    if not earlier:
        return None
    before, after = earlier[-1], release or NOW
    with open_release_or_day(store, home, before) as old, open_release_or_day(store, home, after) as new:
        return diff_snapshots(old, new, (before, after))
