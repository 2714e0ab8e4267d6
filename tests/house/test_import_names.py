from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import pytest

import activities
import homeward
import workers
import workflows

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "package", [homeward, workflows, activities, workers], ids=lambda p: str(p.__name__)
)
def test_our_folder_is_the_one_imported(package: ModuleType) -> None:
    assert Path(package.__file__ or "").parent == ROOT / package.__name__
    assert set(packages_distributions().get(package.__name__, [])) <= {"homeward"}
