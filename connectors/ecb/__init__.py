"""Euro reference rates of the European Central Bank: what one euro was worth in some thirty currencies.

Not a shop's connector: no login, no quota, one file. Published on TARGET working days about 16:00 Frankfurt time at
https://www.ecb.europa.eu/stats/eurofxref/ (``eurofxref-daily.xml``, ``-hist-90d.xml``, ``-hist.xml``, and zipped CSVs
of the first and the last); the ECB gives them "for information". Rates are not revised as a rule; days without
trading have none, and currencies that joined the euro stop.
"""

from connectors.ecb.rates import fetch_rates, parse

__all__ = ["fetch_rates", "parse"]
