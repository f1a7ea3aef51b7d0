"""Options of the measures of citation graphs, apart from the measures so that scipy is loaded only to compute."""

from typing import Literal, get_args

DAMPING = 0.85
Search = Literal["global", "local"]
SEARCHES: tuple[Search, ...] = get_args(Search)
SharedBy = Literal["co-citation", "coupling"]
SHARED_BY: tuple[SharedBy, ...] = get_args(SharedBy)
