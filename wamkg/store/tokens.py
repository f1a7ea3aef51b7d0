"""Credentials: tokens, sessions of the pages, one-time sign-in links. Only hashes are stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.identifiers import new_uid
from wamkg.near_matches import unknown
from wamkg.store.base import get_by_prefix, table_of
from wamkg.store.batches import get_actor
from wamkg.store.tables import Actor, Token
from wamkg.store.types import utc_now
from wamkg.vocabulary import PERSON, Role, TokenKind

PREFIX = "wamkg_"
SESSION_LASTS = timedelta(days=30)
LINK_LASTS = timedelta(hours=1)
LASTS = {TokenKind.TOKEN: None, TokenKind.SESSION: SESSION_LASTS, TokenKind.LINK: LINK_LASTS}
MAX_NAME = 100


@dataclass(frozen=True)
class Holder:
    """The actor, role and expiry of a credential."""

    actor_id: int
    name: str
    kind: str
    role: Role
    token: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Issued:
    """A new credential. Its `secret` is shown only once."""

    secret: str
    uid: str
    name: str
    role: str
    kind: str


def issue(
    session: Session, name: str, role: str, kind: TokenKind = TokenKind.TOKEN, label: str = "", actor_kind: str = PERSON
) -> Issued:
    """Issue a credential to the actor with that name, who is created if new.

    Raises InvalidInputError for an invalid role or name, ConflictError for a person's name that a program has, or the
    reverse.
    """
    if role not in set(Role):
        raise InvalidInputError(unknown("role", role, Role))
    name = name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise InvalidInputError(f"a name must have 1 to {MAX_NAME} printable characters")
    actor = get_actor(session, name, actor_kind)
    if actor.kind != actor_kind:
        raise ConflictError(f"{name} is a {actor.kind}, not a {actor_kind}; choose another name")
    assert actor.id is not None
    secret = PREFIX + secrets.token_urlsafe(32)
    lasts = LASTS[kind]
    made = Token(
        uid=new_uid(), actor_id=actor.id, kind=kind, role=role, label=label, hash=_hash(secret),
        expires_at=utc_now() + lasts if lasts else None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return Issued(secret, made.uid, name, role, kind)


def _hash(secret: str) -> str:
    # A secret of 256 random bits cannot be guessed from a fast hash, unlike a password.
    return hashlib.sha256(secret.encode()).hexdigest()


def holder_of(session: Session, secret: str, kind: TokenKind) -> Holder | None:
    """The holder of a live credential of that kind; None if it is unknown, revoked or expired."""
    now = utc_now()
    found = session.exec(
        select(Token, Actor)
        .join(Actor, col(Actor.id) == Token.actor_id)
        .where(
            Token.hash == _hash(secret),
            Token.kind == kind,
            col(Token.revoked_at).is_(None),
            or_(col(Token.expires_at).is_(None), col(Token.expires_at) > now),
        )
    ).first()
    if found is None:
        return None
    token, actor = found
    assert actor.id is not None
    return Holder(actor.id, actor.name, actor.kind, Role(token.role), token.uid, token.expires_at)


def sign_in(session: Session, secret: str) -> Issued | None:
    """Open a session of the pages with a one-time link or a token; None if the secret is neither."""
    _forget_old(session)
    holder = holder_of(session, secret, TokenKind.LINK)
    if holder is not None:
        # The count decides which of two that come at once has used the link.
        used = update(table_of(Token)).where(
            table_of(Token).c.uid == holder.token, table_of(Token).c.revoked_at.is_(None)
        )
        if session.connection().execute(used.values(revoked_at=utc_now())).rowcount != 1:
            return None
    else:
        holder = holder_of(session, secret, TokenKind.TOKEN)
    if holder is None:
        return None
    return issue(session, holder.name, holder.role, TokenKind.SESSION, f"from {holder.token}", holder.kind)


def _forget_old(session: Session) -> None:
    tokens = table_of(Token)
    old = delete(tokens).where(tokens.c.kind != TokenKind.TOKEN, tokens.c.expires_at < utc_now())
    session.connection().execute(old)


def list_tokens(session: Session) -> list[tuple[Token, str]]:
    """All credentials with the name of their actor, newest first."""
    found = select(Token, Actor.name).join(Actor, col(Actor.id) == Token.actor_id).order_by(col(Token.id).desc())
    return list(session.exec(found).all())


def revoke(session: Session, uid: str) -> Token:
    """Revoke a credential (by its id or the beginning of it) and the sessions that it opened.

    Raises NotFoundError if none or several match.
    """
    token = get_by_prefix(session, Token, uid, "wamkg token list")
    tokens = table_of(Token)
    mine = or_(tokens.c.uid == token.uid, tokens.c.label == f"from {token.uid}")
    ended = update(tokens).where(mine, tokens.c.revoked_at.is_(None)).values(revoked_at=utc_now())
    session.connection().execute(ended)
    session.refresh(token)
    return token


def nobody_can_sign_in(session: Session) -> bool:
    """Whether the store is fresh: it has no token and no one has ever signed in."""
    known = select(Token.id).where(col(Token.kind) != TokenKind.LINK)
    return session.exec(known.limit(1)).first() is None
