"""Clients' files, settings and connections: bad ones are refused with who, what and what now."""

import json
from pathlib import Path

import pytest

from pipeline.clients import load_clients
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
    ],
)
def test_a_malformed_client_is_refused_with_its_file_and_key(tmp_path, change, words):
    with pytest.raises(SettingsError) as refused:
        load_clients(write(tmp_path, GOOD.replace(*change)))
    assert all(word in str(refused.value) for word in words), str(refused.value)


def test_two_clients_may_not_share_a_shop(tmp_path):
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("name: acme\n", "name: other\n"), "other.yaml")
    with pytest.raises(SettingsError, match="acme_de"):
        load_clients(tmp_path)


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
