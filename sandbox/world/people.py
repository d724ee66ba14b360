"""Buyers: a pool a country, some of whom come back often."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from sandbox.world.model import Buyer

_GIVEN = {
    "US": ("Ava", "Noah", "Mia", "Liam"), "GB": ("Isla", "Oliver", "Freya", "Harry"), "DE": ("Jörg", "Änne", "Lukas", "Süheyla"),
    "FR": ("Chloé", "Zoë", "Léo", "François"), "JP": ("陽菜", "蓮", "結衣", "大翔"), "SG": ("Wei Ling", "Arjun", "Siti", "Jun Jie"),
    "MY": ("Nurul", "Ahmad", "Mei Yee", "Ravi"), "PH": ("Maria", "Jose", "Niño", "Angel"), "VN": ("Ngọc", "Đức", "Thảo", "Huy"),
    "TH": ("สมชาย", "กานดา", "Somsak", "พลอย"), "ID": ("Putri", "Budi", "Dewi", "Agus"),
}
_FAMILY = {
    "US": ("O'Neil", "Smith", "Garcia"), "GB": ("Hughes", "Patel", "Taylor"), "DE": ("Müller", "Groß", "Yılmaz"),
    "FR": ("Lefèvre", "Durand", "N'Diaye"), "JP": ("佐藤", "髙橋", "渡邉"), "SG": ("Tan", "Lim", "Kumar"),
    "MY": ("binti Ali", "Wong", "Singh"),
    "PH": ("Dela Cruz", "Peñaflor", "Reyes"), "VN": ("Nguyễn", "Trần", "Phạm"), "TH": ("ศรีสุข", "แสงทอง", "Chai"),
    "ID": ("Wijaya", "Sari", "Putra"),
}
_CITIES = {
    "US": ("Portland", "Austin", "San José"), "GB": ("Leeds", "Bath", "Cardiff"), "DE": ("Köln", "Leipzig", "Würzburg"),
    "FR": ("Lyon", "Orléans", "Besançon"), "JP": ("大阪市", "札幌市", "横浜市"), "SG": ("Singapore", "Jurong", "Tampines"),
    "MY": ("Ipoh", "Johor Bahru", "Kuching"), "PH": ("Cebu", "Davao", "Quezon"), "VN": ("Hà Nội", "Đà Nẵng", "Huế"),
    "TH": ("เชียงใหม่", "กรุงเทพมหานคร", "Phuket"), "ID": ("Bandung", "Medan", "Surabaya"),
}


def some_buyer(rng: Random, seed: int, country: str, pool: int) -> Buyer:
    """Somebody of the pool; low numbers are the regulars."""
    return buyer(seed, country, int(pool * rng.random() ** 2))


@lru_cache(maxsize=200_000)
def buyer(seed: int, country: str, index: int) -> Buyer:
    rng = Random(f"{seed}:buyer:{country}:{index}")
    name = f"{rng.choice(_GIVEN[country])} {rng.choice(_FAMILY[country])}"
    number = 300_000_000_000 + sorted(_CITIES).index(country) * 1_000_000_000 + index * 37
    return Buyer(number, name, country, rng.choice(_CITIES[country]), f"{rng.randrange(10_000, 99_999)}")
