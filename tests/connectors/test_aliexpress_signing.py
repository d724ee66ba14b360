"""AliExpress's signature against vectors that are not ours, and its clock across both nights of the year that are no 24 hours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.aliexpress.times import read_version, read_wall, told_from, told_until
from connectors.iop import signature

VECTORS = {
    "a method at /sync, without a path": (
        "", "helloworld",
        {
            "app_key": "123456", "format": "json", "method": "aliexpress.solution.order.get", "session": "test", "sign_method": "sha256",
            "param0": '{"current_page":1,"page_size":50}', "simplify": "false", "timestamp": "1793491200000",
        },
        "287BAC6291CA204735691644ED6AA4480ECE6D935076C1B9D3462D2B3C275C07",
    ),
    "a token call at /rest, with its path": (
        "/auth/token/create", "helloworld",
        {"app_key": "123456", "code": "0_123456_abcDEF", "sign_method": "sha256", "timestamp": "1793491200000"},
        "A0CDCAEAFACB03C22E40356E25B2429411F5F5FD355734C27D8444F7DDAB6C4F",
    ),
}


@pytest.mark.parametrize(("path", "secret", "parameters", "wanted"), VECTORS.values(), ids=VECTORS)
def test_the_signature_is_the_published_one(path, secret, parameters, wanted):
    assert signature(path, dict(reversed(parameters.items())), secret) == wanted


def at(*numbers):
    return datetime(2026, *numbers, tzinfo=UTC)


@pytest.mark.parametrize(("wall", "instant"), [
    ("2026-07-01 00:00:00", at(7, 1, 7)), ("2026-12-01 00:00:00", at(12, 1, 8)),
    ("2026-03-08 01:59:59", at(3, 8, 9, 59, 59)), ("2026-03-08 03:00:00", at(3, 8, 10)),
    ("2026-11-01 00:59:59", at(11, 1, 7, 59, 59)), ("2026-11-01 02:00:00", at(11, 1, 10)),
])
def test_dates_are_pacific_wall_time_with_daylight_saving(wall, instant):
    assert read_wall(wall) == instant == read_version(wall, at(12, 31))
    assert told_from(instant) == told_until(instant) == wall


def test_the_doubled_hour_of_november_widens_a_window_to_both_sides():
    for moment in (at(11, 1, 8), at(11, 1, 8, 30), at(11, 1, 9, 10), at(11, 1, 9, 59, 59)):
        assert read_wall(told_from(moment)) < at(11, 1, 8) and read_wall(told_until(moment)) >= at(11, 1, 10)


def test_a_date_in_the_doubled_hour_is_the_first_of_the_two_at_every_reading():
    assert read_wall("2026-11-01 01:30:00") == at(11, 1, 8, 30)


def test_a_later_version_in_the_doubled_hour_is_never_older_than_an_earlier_one():
    """A change at 01:30, read at once; the clock goes back; a change at 01:10, read the next night."""
    first = read_version("2026-11-01 01:30:00", at(11, 1, 8, 50))
    second = read_version("2026-11-01 01:10:00", at(11, 2, 3))
    assert first == at(11, 1, 8, 30) < second == at(11, 1, 9, 10)


def test_what_is_no_such_date_is_none():
    for odd in ("2026-11-01", "2026-13-01 00:00:00", "2026-11-01T00:00:00Z", "", 5, None):
        assert read_wall(odd) is None


def test_a_part_of_a_second_is_not_cut_off_a_window():
    assert told_until(at(12, 1, 8, 0, 0, 1)) == "2026-12-01 00:00:01"
