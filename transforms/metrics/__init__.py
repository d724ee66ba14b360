"""Weekly metrics of one client: definitions that hold in every report.

* A **day** is a calendar day in the client's zone; an order belongs to the day it was placed, a refund to the day
  its return was requested.
* **orders**: not cancelled. **units**, **gross**, **discounts**: over the lines that are not cancelled of those orders.
* **gross**: goods before discounts, without shipping and without tax on top. **refunds**: what returns that were
  refunded (or closed with a refund) gave back; cancellations are not refunds, for a cancelled line was never in gross.
* **net sales** = gross - discounts - refunds. **average order** = (gross - discounts) / orders that show money.
* Money is converted a day's sum at a time, at the last rate published on or before that day.
"""

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
from transforms.metrics.week import weekly

__all__ = [
    "ClientFacts", "Day", "Figures", "Money", "Period", "RateUsed", "ShopFacts", "ShopWeek", "StockWatch", "TopProduct",
    "WeeklyMetrics", "change", "weekly",
]
