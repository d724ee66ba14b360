"""Makes this room's builders (`report_weeks`, `report_browser`) importable from its tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
