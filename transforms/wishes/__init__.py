"""Wishes: changes somebody asks for by hand (a price, a parcel, a product, an offer), read from a file and judged."""

from transforms.wishes.guard import judge
from transforms.wishes.read import COLUMNS, Wish, read_wishes

__all__ = ["COLUMNS", "Wish", "judge", "read_wishes"]
