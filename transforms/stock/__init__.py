"""Stock: what the brand has, minus what is promised, against what the marketplaces show; the difference becomes jobs."""

from transforms.stock.basis import Basis, Proof
from transforms.stock.guard import Limits, Verdict, guard
from transforms.stock.left import left_since, ordered_since, together
from transforms.stock.master import check_known, read_master
from transforms.stock.plan import JOB_COLUMNS, plan
from transforms.stock.wanted import Place, StockPolicy, promised, wanted_stock

__all__ = [
    "JOB_COLUMNS", "Basis", "Limits", "Place", "Proof", "StockPolicy", "Verdict", "check_known", "guard", "left_since", "ordered_since",
    "plan", "promised", "read_master", "together", "wanted_stock",
]
