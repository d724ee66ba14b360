"""Stock: what the brand has, minus what is promised, against what the marketplaces show; the difference becomes jobs."""

from transforms.stock.guard import Limits, Verdict, guard
from transforms.stock.master import check_known, read_master
from transforms.stock.plan import JOB_COLUMNS, plan
from transforms.stock.wanted import Place, StockPolicy, promised, wanted_stock

__all__ = [
    "JOB_COLUMNS", "Limits", "Place", "StockPolicy", "Verdict", "check_known", "guard", "plan", "promised", "read_master", "wanted_stock",
]
