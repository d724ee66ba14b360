"""The spine: four chains as data, one derivation of stages from facts, one board of where everything stands.

* ``chain``: what a chain is, and which moves in it are legal. ``chains``: the four chains, declared.
* ``orders``, ``goods``, ``deals``, ``agency``: facts → **proofs** (which subject entered which stage when, by which column).
* ``derive``: proofs → events and refused moves; the same facts give the same, in whatever order they came.
* ``board``: events → counts, conversion, times, and what is stuck since when.
"""

from transforms.stages.board import Board, Line, ShownException, StuckItem, board
from transforms.stages.chain import Chain, Stage
from transforms.stages.chains import CHAINS
from transforms.stages.derive import Derived, StagedShop, derive

__all__ = ["CHAINS", "Board", "Chain", "Derived", "Line", "ShownException", "Stage", "StagedShop", "StuckItem", "board", "derive"]
