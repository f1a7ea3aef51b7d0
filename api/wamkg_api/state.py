"""The objects that the app holds for its routes."""

from fastapi import Request

from wamkg.settings import Settings
from wamkg.store.session import Store


def store_of(request: Request) -> Store:
    """The store that the app serves."""
    store: Store = request.app.state.store
    return store


def settings_of(request: Request) -> Settings:
    """The settings of the app."""
    settings: Settings = request.app.state.settings
    return settings
