"""Loading of dataset files."""

from pathlib import Path

from wamkg.enriching.dataset_load import LoadReport
from wamkg.enriching.dataset_load import load_dataset as run_load
from wamkg.progress import Progress
from wamkg.store.session import Store


def load_dataset(store: Store, folder: Path, progress: Progress) -> LoadReport:
    """Load the dataset files of a folder, or continue a load of it.

    Raises the errors of `enriching.dataset_load.load_dataset`.
    """
    return run_load(store, folder, progress)
