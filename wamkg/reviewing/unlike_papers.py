"""Do two papers look like two different ones? A merge of such papers needs a person's explicit word."""

from sqlmodel import Session

from wamkg.matching.identity import Identity, Team, check_identity, compare_teams
from wamkg.matching.profiles import profile_of_state
from wamkg.store.claims import PaperClaims, load_claims
from wamkg.store.duplicates import load_work_groups
from wamkg.store.papers import SCHEMES, addresses_of


def unlike_reasons(session: Session, keep: int, other: int) -> list[str]:
    """What speaks against one paper, one sentence each; empty for papers that may be one.

    Papers are unlike if their titles are, and they share no author, id or address, and nothing joins them as one work.
    """
    if other in load_work_groups(session).members(keep):
        return []
    states = load_claims(session, [keep, other], holding=False)
    mine, theirs = (profile_of_state(states[number]) for number in (keep, other))
    finding = check_identity(mine, theirs)
    if finding.identity is not Identity.DIFFERENT or compare_teams(mine, theirs) in (Team.SHARED, Team.SOME):
        return []
    if _share_an_id(states[keep], states[other]) or _share_an_address(session, keep, other):
        return []
    return [*finding.reasons, "no id, address or author in common"]


def _share_an_id(one: PaperClaims, other: PaperClaims) -> bool:
    return bool(_ids(one) & _ids(other))


def _ids(state: PaperClaims) -> set[tuple[str, str]]:
    said = ((scheme, word.value) for scheme in SCHEMES for word in state.said.get(scheme, {}).values())
    return {(scheme, value) for scheme, value in said if value}


def _share_an_address(session: Session, keep: int, other: int) -> bool:
    found = addresses_of(session, [keep, other])
    return bool(found.get(keep, frozenset()) & found.get(other, frozenset()))
