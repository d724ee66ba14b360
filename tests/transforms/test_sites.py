"""Zones by name: what IANA knows, and nothing that only looks like it."""

import pytest

from transforms.sites import SITES, is_zone

NO_ZONES = (
    "", "Berlin", "Europe", "Asia/", "europe/berlin", "../UTC", "/UTC", "tzdata.zi", "a\0b", "x" * 300,
    "posix/UTC", "right/UTC", "posixrules",
)  # fmt: skip


@pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "America/Argentina/Ushuaia"])
def test_a_zone_is_known_by_its_name(name):
    assert is_zone(name)


@pytest.mark.parametrize("name", NO_ZONES)
def test_what_is_no_zone_of_its_own_is_none(name):
    assert not is_zone(name)


def test_every_site_has_one():
    assert all(is_zone(site.zone) for site in SITES.values())
