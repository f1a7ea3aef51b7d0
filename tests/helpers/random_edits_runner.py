"""Running random sequences of curating with every kind of write."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.helpers.entity_rules import ThingRules
from tests.helpers.random_edits import CuratingMachine
from tests.helpers.random_library import make_library
from tests.helpers.taxon_rules import TaxonRules


class Curating(ThingRules, TaxonRules):
    """One random sequence of imports, edits, decisions, taxonomy edits, undos and looks back."""


def curate_at_random(url: str, folder: Path, sequences: int, steps: int, **how: Any) -> dict[str, int]:
    """Run random sequences of up to so many steps, each in a copy of one survey; gives what was done how often."""
    values = {"library": make_library(url), "folder": folder, "counted": {}}
    machine: type[CuratingMachine] = type("Curating", (Curating,), values)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=sequences, stateful_step_count=steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), **how,
        ),
    )  # fmt: skip
    machine.library.store.close()
    return machine.counted
