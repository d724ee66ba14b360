"""Weekly metrics of one client: definitions that hold in every report.

* A **day** is a calendar day in the client's zone; an order belongs to the day it was placed, a refund to the day
  its return was requested, whenever it is given back: what comes after the week's report is a **restatement** of that
  week in the next one (``restated``). Every marketplace tells the day of the request, not every one that of the refund.
* **orders**: not cancelled. **units**, **gross**, **discounts**: over the lines that are not cancelled of those orders.
* **gross**: goods before discounts, without shipping and without tax on top. **refunds**: what returns that were
  refunded (or closed with a refund) gave back; cancellations are not refunds, for a cancelled line was never in gross.
* **net sales** = gross - discounts - refunds. **average order** = (gross - discounts) / orders that show money.
* Money is converted a day's sum at a time, at the last rate published on or before that day.
* Trade between businesses has its own figures, defined in ``trade``: no contract is an order, and no sum holds both.
"""

from transforms.metrics.reasons import Reason
from transforms.metrics.restated import Change, Restated, RestatedShop, RestatedWeek, Told, restate, told_before
from transforms.metrics.shapes import (
    ClientFacts,
    Day,
    Figures,
    Money,
    Period,
    RateUsed,
    ShopFacts,
    ShopWeek,
    StockWatch,
    TopProduct,
    WeeklyMetrics,
    change,
)
from transforms.metrics.trade import TradeAccount, TradeFigures, TradeSum, TradeWeek, trade_week
from transforms.metrics.week import shop_figures, weekly

__all__ = [
    "Change", "ClientFacts", "Day", "Figures", "Money", "Period", "RateUsed", "Reason", "Restated", "RestatedShop", "RestatedWeek",
    "ShopFacts", "ShopWeek", "StockWatch", "Told", "TopProduct", "TradeAccount", "TradeFigures", "TradeSum", "TradeWeek",
    "WeeklyMetrics", "change", "restate", "shop_figures", "told_before", "trade_week", "weekly",
]
