"""Wishes: changes somebody asks for by hand (a price, a ladder, a parcel, a product, an offer, a quotation), read and judged."""

from transforms.wishes.guard import judge
from transforms.wishes.read import COLUMNS, Wish, plain_decimal, read_wishes

__all__ = ["COLUMNS", "Wish", "judge", "plain_decimal", "read_wishes"]
