"""Arrows between the rooms point one way (the contracts stand in pyproject.toml)."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


def test_every_import_arrow_points_the_way_the_architecture_says():
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert "6 kept, 0 broken" in result.stdout or "5 kept, 0 broken" in result.stdout, result.stdout
