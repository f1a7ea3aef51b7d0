"""Credentials: tokens of programs and people, links that sign in once, sessions of the pages."""

from wamkg.store import tokens
from wamkg.store.session import Store
from wamkg.store.tables import Token
from wamkg.store.tokens import Issued
from wamkg.vocabulary import PERSON, Role, TokenKind


def create_token(store: Store, name: str, role: str, label: str = "", actor_kind: str = PERSON) -> Issued:
    """Create a token for a person or a program; its secret is in the result and nowhere else.

    Raises as `tokens.issue`.
    """
    with store.writing() as session:
        return tokens.issue(session, name, role, label=label, actor_kind=actor_kind)


def create_link(store: Store, name: str, role: str) -> Issued:
    """Create a link that signs a person in once.

    Raises as `tokens.issue`.
    """
    with store.writing() as session:
        return tokens.issue(session, name, role, TokenKind.LINK)


def create_first_link(store: Store, name: str) -> Issued | None:
    """Create an admin's link to a store that nobody can sign in to yet; None otherwise."""
    with store.reading() as session:
        if not tokens.nobody_can_sign_in(session):
            return None
    return create_link(store, name, Role.ADMIN)


def sign_in(store: Store, secret: str) -> Issued | None:
    """Open a session of the pages with a link or a token; None for a secret that is neither."""
    with store.writing() as session:
        return tokens.sign_in(session, secret)


def revoke(store: Store, uid: str) -> Token:
    """Revoke a credential, named by its id or its beginning, and the sessions that it opened.

    Raises as `tokens.revoke`.
    """
    with store.writing() as session:
        return tokens.revoke(session, uid)
