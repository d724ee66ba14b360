"""The vendors' own published sample answers, served as they were published, and nothing else.

Apart from the strict marketplaces: nothing is checked here, any well-formed login is taken, no quota holds. It proves that
what vendors themselves publish is read without loss.
"""

from sandbox.samples.app import samples_app

__all__ = ["samples_app"]
