"""Answers of one state of the store, each kept for those whom it holds for."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b

from wamkg.store.types import utc_now
from wamkg_api.access import Caller
from wamkg_api.answers import Answer
from wamkg_api.audience import Audience

_NOBODY = "nobody"


@dataclass(frozen=True)
class Question:
    """A read: what is asked, with which credentials, of which state of the store."""

    address: str
    credentials: bytes
    state: str


class KeptAnswers:
    """Answers by address and audience, oldest use first, and the callers met; any write to the store ends them all.

    `most_bytes` is what they may take; 0 keeps none. A caller is one whose credentials were looked up in this very
    state of the store, so that a revoked token is asked about again.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._state = ""
        self._answers: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._callers: dict[bytes, Caller] = {}
        self._size = 0

    def caller(self, asked: Question) -> Caller | None:
        """Who sent these credentials before, if the store is as it was then and they have not ended since."""
        if asked.state != self._state:
            self._state, self._size = asked.state, 0
            self._answers.clear()
            self._callers.clear()
        found = self._callers.get(asked.credentials)
        ends = found.holder.expires_at if found else None
        return None if ends is not None and ends <= utc_now() else found

    def find(self, asked: Question, caller: Caller | None) -> Answer | None:
        """The answer kept for this address and this caller."""
        for group in _groups(asked, caller):
            answer = self._answers.get((asked.address, group))
            if answer is not None:
                self._answers.move_to_end((asked.address, group))
                return answer
        return None

    def meet(self, asked: Question, caller: Caller) -> None:
        """Remember whose credentials these are."""
        if asked.state == self._state:
            self._callers[asked.credentials] = caller

    def put(self, asked: Question, caller: Caller | None, answer: Answer, audience: Audience) -> None:
        """Keep an answer for those whom it holds for; one to credentials that are nobody's holds for nobody else."""
        groups = _groups(asked, caller)
        if asked.state != self._state or audience >= len(groups) or (asked.address, groups[audience]) in self._answers:
            return
        self._answers[asked.address, groups[audience]] = answer
        self._size += _room(answer)
        while self._size > self._most and self._answers:
            self._size -= _room(self._answers.popitem(last=False)[1])


def _groups(asked: Question, caller: Caller | None) -> tuple[str, ...]:
    """Who the caller is, by audience: one of everybody, one of a role, one person."""
    if not asked.credentials:
        return "", _NOBODY, _NOBODY
    if caller is None:
        return ("",)
    return "", caller.holder.role, blake2b(asked.credentials, digest_size=16).hexdigest()


def _room(answer: Answer) -> int:
    # Twice, for the packed form that may come later.
    return 2 * len(answer.body) + 1024
