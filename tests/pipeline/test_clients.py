"""Clients' files, settings and connections: bad ones are refused with who, what and what now."""

import json
from pathlib import Path

import pytest

from pipeline.clients import load_clients, read_clients
from pipeline.connections import read_connection, read_folder
from pipeline.errors import SettingsError
from pipeline.settings import REPOSITORY, Settings, settings

GOOD = """
name: acme
brand: Acme
language: en
currency: USD
zone: Europe/Berlin
shops:
  - {name: acme_de, marketplace: amazon, sites: [DE]}
"""


def write(folder, text, name="acme.yaml"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_example_clients_load_and_no_shop_has_two_owners():
    clients = load_clients(REPOSITORY / "clients")
    assert [client.name for client in clients] == sorted(file.stem for file in (REPOSITORY / "clients").glob("*.yaml"))
    names = [shop.name for client in clients for shop in client.shops]
    assert {"lumora", "northpeak", "teahaus"} <= {client.name for client in clients} and len(set(names)) == len(names) >= 9


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("zone: Europe/Berlin", "zone: Berlin"), ["acme.yaml", "zone", "IANA"]),
        (("language: en", "language: fr"), ["acme.yaml", "language"]),
        (("currency: USD", "currency: dollars"), ["acme.yaml", "currency"]),
        (("brand: Acme", "brnad: Acme"), ["acme.yaml", "brnad"]),
        (("sites: [DE]", "sites: []"), ["acme.yaml", "shops.0.sites"]),
        (("name: acme\n", "name: acme: x\n"), ["acme.yaml", "not YAML", "line 2"]),
        (("zone: Europe/Berlin", "zone: Berlin"), ["line 6, zone"]),
        (("sites: [DE]", "sites: [DE], stock_share: 2"), ["line 8, shops.0.stock_share"]),
        (("currency: USD\n", ""), ["line 2, currency", "required"]),
        (("zone: Europe/Berlin", "zone: Europe/Berlin\nbrand: Other"), ["ambiguous at line 7", "'brand' stands twice, first at line 3"]),
        (("sites: [DE]", "sites: [DE], sites: [FR]"), ["line 8", "'sites' stands twice"]),
        (("sites: [DE]", "sites: [NO]"), ["line 8, shops.0.sites.0", "unquoted, NO means false: quote two-letter codes such as 'NO'"]),
        (("sites: [DE]", "sites: [DE], account: {seller_id: 4711}"), ["shops.0.account.seller_id", "4711 is no text: quote it"]),
        (("brand: Acme", "brand: 2026-13-45"), ["acme.yaml is not YAML", "month"]),
        (("brand: Acme", "brand: A\0cme"), ["acme.yaml is not YAML"]),
        (("zone: Europe/Berlin", "zone:\tEurope/Berlin"), ["acme.yaml is not YAML", "line 6"]),
        (("brand: Acme", "brand: !!int"), ["acme.yaml is not YAML", "leave the tag out"]),
        (("brand: Acme", "brand: !!bool Acme"), ["acme.yaml is not YAML", "leave the tag out"]),
        (("brand: Acme", "brand: !!timestamp Acme"), ["acme.yaml is not YAML", "leave the tag out"]),
    ],
)
def test_a_malformed_client_is_refused_with_its_file_and_key(tmp_path, change, words):
    with pytest.raises(SettingsError) as refused:
        load_clients(write(tmp_path, GOOD.replace(*change)))
    assert all(word in str(refused.value) for word in words), str(refused.value)


def test_a_quoted_country_and_a_key_merged_in_and_overridden_are_as_they_should_be(tmp_path):
    shops = "  - &first {name: acme_no, marketplace: amazon, sites: ['NO']}\n  - {<<: *first, name: acme_se, sites: [SE]}\n"
    (client,) = load_clients(write(tmp_path, GOOD.partition("  - ")[0] + shops))
    assert [(shop.name, shop.marketplace, shop.sites) for shop in client.shops] == [
        ("acme_no", "amazon", ("NO",)),
        ("acme_se", "amazon", ("SE",)),
    ]


OTHER = GOOD.replace("acme", "other")


def test_one_broken_file_takes_its_own_client_out_and_nobody_else(tmp_path):
    write(tmp_path, OTHER, "other.yaml")
    found = read_clients(write(tmp_path, GOOD.replace("zone: Europe/Berlin", "zone: Berlin")))
    assert list(found.good) == ["other"] and found.shop("other_de")[0] == found.client("other")
    assert [(broken.client, "acme.yaml" in broken.fault) for broken in found.broken] == [("acme", True)]
    for ask, name in ((found.client, "acme"), (found.shop, "acme_de")):
        with pytest.raises(SettingsError, match=rf"'{name}': acme\.yaml .*line 6, zone"):
            ask(name)
    with pytest.raises(SettingsError, match=r"acme\.yaml .*line 6"):
        found.refuse_broken()


def test_a_shop_that_no_file_names_is_told_with_the_file_that_cannot_be_read(tmp_path):
    write(tmp_path, OTHER, "other.yaml")
    found = read_clients(write(tmp_path, "name: acme\nshops: ["))
    with pytest.raises(SettingsError, match=r"No shop 'acme_de' .* there are: other_de\.\nacme\.yaml is not YAML at line 2"):
        found.shop("acme_de")
    with pytest.raises(SettingsError, match=r"^Client 'acme': acme\.yaml is not YAML at line 2"):
        found.client("acme")


@pytest.mark.parametrize(
    ("twin", "words"),
    [
        (GOOD.replace("name: acme\n", "name: third\n"), "Two shops are called acme_de, in acme.yaml line 8 and third.yaml line 8"),
        (GOOD.replace("acme_de", "third_de"), "Two clients are called acme, in acme.yaml line 2 and third.yaml line 2"),
    ],
)
def test_a_name_that_stands_twice_refuses_the_files_concerned_and_no_other(tmp_path, twin, words):
    write(tmp_path, OTHER, "other.yaml")
    write(tmp_path, twin, "third.yaml")
    found = read_clients(write(tmp_path, GOOD))
    assert list(found.good) == ["other"] and len(found.broken) == 2
    assert all(words in broken.fault for broken in found.broken), found.broken
    with pytest.raises(SettingsError, match="Two"):
        found.client("acme")


def test_a_shop_twice_in_one_file_is_refused(tmp_path):
    shop = GOOD.rpartition("  - ")[2]
    with pytest.raises(SettingsError, match=r"Two shops are called acme_de, in acme.yaml line 8 and acme.yaml line 9"):
        load_clients(write(tmp_path, f"{GOOD}  - {shop}"))


@pytest.mark.parametrize("name", ["acme.yml", "acme.YAML"])
def test_a_file_with_another_suffix_is_refused_rather_than_passed_over(tmp_path, name):
    write(tmp_path, OTHER, "other.yaml")
    found = read_clients(write(tmp_path, GOOD, name))
    assert list(found.good) == ["other"]
    with pytest.raises(SettingsError, match=rf"{name} is not read.*Rename it to acme\.yaml"):
        found.shop("acme_de")


def test_a_file_nobody_may_read_is_a_fault_of_that_file(tmp_path):
    write(tmp_path, OTHER, "other.yaml")
    (tmp_path / "acme.yaml").symlink_to(tmp_path / "gone")
    with pytest.raises(SettingsError, match=r"acme\.yaml cannot be read: No such file"):
        read_clients(tmp_path).client("acme")


def test_an_empty_folder_says_what_it_needs(tmp_path):
    with pytest.raises(SettingsError, match=r"at least one <client>\.yaml"):
        load_clients(tmp_path)


def test_missing_settings_are_named_one_by_one(monkeypatch):
    for name in ("DAIYUN_DATABASE_URL", "DAIYUN_LANDING", "DAIYUN_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    with pytest.raises(SettingsError) as refused:
        settings()
    settings.cache_clear()
    assert all(name in str(refused.value) for name in ("DAIYUN_DATABASE_URL", "DAIYUN_LANDING", "DAIYUN_SECRET_KEY"))


def test_a_short_secret_key_is_refused_and_no_key_is_shown():
    with pytest.raises(ValueError, match="32 random bytes") as refused:
        Settings(database_url="postgresql://x/y", landing="x", secret_key="dG9vIHNob3J0")
    assert "dG9vIHNob3J0" not in str(refused.value)


def test_keys_for_two_purposes_differ():
    own = Settings(database_url="postgresql://x/y", landing="x", secret_key="A" * 43 + "=")
    assert own.key("landing") != own.key("tokens")


def test_a_connection_is_read_from_the_environment_and_never_printed(monkeypatch):
    extra = {"auth_host": "https://auth", "account": {"seller_id": "S1"}, "secrets": {"refresh_token": "very-secret"}}
    monkeypatch.setenv("AIRFLOW_CONN_ACME_DE", json.dumps({"host": "https://api", "extra": extra}))
    credentials, account = read_connection("acme_de")
    assert (credentials.host, credentials.auth_host, account) == ("https://api", "https://auth", {"seller_id": "S1"})
    assert "very-secret" not in repr(credentials)


def test_a_shop_without_a_connection_is_told_how_to_make_one(monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_ACME_DE", raising=False)
    with pytest.raises(SettingsError, match=r"AIRFLOW_CONN_ACME_DE .*docs/connections\.md"):
        read_connection("acme_de")


def test_a_connection_without_secrets_is_refused_without_showing_what_it_has():
    with pytest.raises(SettingsError, match=r"extra\.secrets") as refused:
        read_connection("acme_de", {"host": "https://api", "password": "very-secret"})
    assert "very-secret" not in str(refused.value)


def test_a_shop_of_files_needs_no_connection_and_one_may_name_another_folder(monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_ACME_FILES", raising=False)
    assert read_folder("acme_files", Path("drop/acme"))[0].host == str(Path("drop/acme"))
    monkeypatch.setenv("AIRFLOW_CONN_ACME_FILES", '{"host": "/srv/exports", "extra": {"account": {"currency": "USD"}}}')
    credentials, account = read_folder("acme_files", Path("drop/acme"))
    assert (credentials.host, dict(credentials.secrets), account) == ("/srv/exports", {}, {"currency": "USD"})
