"""Credentials: tokens of programs and people, one-time sign-in links, sessions of the pages."""

from wamkg.store import tokens
from wamkg.store.session import Store
from wamkg.store.tables import Token
from wamkg.store.tokens import Issued
from wamkg.vocabulary import PERSON, Role, TokenKind


def create_token(store: Store, name: str, role: str, label: str = "", actor_kind: str = PERSON) -> Issued:
    """Create a token for a person or a program. Only the result contains its secret.

    Raises the errors of `tokens.issue`.
    """
    with store.writing() as session:
        return tokens.issue(session, name, role, label=label, actor_kind=actor_kind)


def create_link(store: Store, name: str, role: str) -> Issued:
    """Create a one-time sign-in link for a person.

    Raises the errors of `tokens.issue`.
    """
    with store.writing() as session:
        return tokens.issue(session, name, role, TokenKind.LINK)


def sign_in_link(base: str, made: Issued) -> str:
    """URL that signs in the first person who opens it."""
    return f"{base.rstrip('/')}/sign-in?key={made.secret}"


def create_first_link(store: Store, name: str) -> Issued | None:
    """Create an admin's sign-in link for a store without any credentials; None if there are some."""
    with store.reading() as session:
        if not tokens.nobody_can_sign_in(session):
            return None
    return create_link(store, name, Role.ADMIN)


def sign_in(store: Store, secret: str) -> Issued | None:
    """Open a session of the pages with a link or a token; None if the secret is invalid."""
    with store.writing() as session:
        return tokens.sign_in(session, secret)


def revoke(store: Store, uid: str) -> Token:
    """Revoke a credential (given by its id or the beginning of it) and the sessions that it opened.

    Raises the errors of `tokens.revoke`.
    """
    with store.writing() as session:
        return tokens.revoke(session, uid)
