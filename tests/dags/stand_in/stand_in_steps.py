"""The night's verbs without a warehouse or a marketplace: each call is written down, each trouble is asked for.

``STAND_IN`` is a folder: ``script.json`` holds ``{"verb subject": trouble}``, ``calls.jsonl`` what was called.
"""

import json
import os
from pathlib import Path

from pipeline import clients as client_files
from pipeline.errors import PullFailed, Refused, TryLater, Uncertified

FOLDER = Path(os.environ["STAND_IN"])
IMPORTED_BY = os.getpid()
FILES = client_files.read_clients(Path(os.environ["DAIYUN_CLIENTS"]))
CLIENTS = list(FILES.good.values())


def _note(verb, subject, **what):
    with (FOLDER / "calls.jsonl").open("a") as out:
        out.write(json.dumps({"verb": verb, "subject": subject, "imported_by": IMPORTED_BY, **what}, default=str) + "\n")
    script = json.loads((FOLDER / "script.json").read_text())
    trouble = script.get(f"{verb} {subject}")
    if trouble == "fatal":
        raise PullFailed(f"{subject}: HTTP 401, renew the connection '{subject}'", is_fatal=True)
    if trouble == "uncertified":
        raise Uncertified(f"{subject}: 2 of 9 records are neither stored nor quarantined")
    if isinstance(trouble, int | float) and not isinstance(trouble, bool):
        seen = [line for line in (FOLDER / "calls.jsonl").read_text().splitlines() if f'"{verb}", "subject": "{subject}"' in line]
        if len(seen) == 1:
            raise TryLater(trouble, f"{subject}: the quota is spent")
    return trouble


def list_shops():
    _note("list_shops", "all")
    return [shop.name for client in CLIENTS for shop in client.shops]


def list_clients():
    return [client.name for client in CLIENTS]


def list_refused():
    return [file.fault for file in FILES.broken]


def shop_marketplace(shop):
    return next(entry.marketplace for client in CLIENTS for entry in client.shops if entry.name == shop)


def pull_shop(shop, *, until, since, run_id, connection):
    shown = f"secret {connection['extra']['secrets']['app_key']}" if connection else "no connection"
    print(f"{shop} logs in with {shown}; as text: {connection}")
    host = connection["host"] if connection else None
    _note("pull_shop", shop, until=until, since=since, run_id=run_id, has_connection=connection is not None, host=host)
    return {"orders": "pull-1"}


def validate_shop(shop, *, run_id, connection=None):
    _note("validate_shop", shop)
    return {"orders": {"good": 1, "bad": 0}}


def merge_shop(shop, *, run_id, connection=None):
    told = _note("merge_shop", shop)
    return {"orders": {"inserted": 1}} if told is None else told


def certify_shop(shop, *, run_id, connection=None):
    _note("certify_shop", shop)
    return {"orders": "certified"}


def load_rates():
    _note("load_rates", "ECB")
    return {"days": 1}


def expire_landing():
    _note("expire_landing", "landing")
    return {"removed": 0, "held": 0, "unfinished": 0}


def verdict(run_id, shops):
    _note("verdict", run_id, shops=sorted(shops))
    FILES.refuse_broken()


def plan_client(client, *, run_id):
    plan = _note("plan_client", client) or {"jobs": 0, "needs_approval": False}
    shown = {"subject": f"{client}: {plan['jobs']} changes", "body": "| sku | from | to |\n{{ not_ours }}", "digest": _list(client)}
    return {"batch": f"{client}-batch", **shown, **plan}


def _list(client):
    """The digest of the list the script asks about by now."""
    plan = json.loads((FOLDER / "script.json").read_text()).get(f"plan_client {client}", {})
    return f"list of {plan['jobs']}" if plan.get("needs_approval") else ""


def record_decision(client, *, batch, approved, by, reason, shown):
    if shown != _list(client):
        raise Refused(f"{client}: the decision is about {shown}")
    _note("record_decision", client, batch=batch, approved=approved, by=by, reason=reason, shown=shown)


def push_client(client, *, batch, connections):
    lines = [json.loads(line) for line in (FOLDER / "calls.jsonl").read_text().splitlines()]
    decisions = [line for line in lines if line["verb"] == "record_decision" and line["subject"] == client]
    plan = json.loads((FOLDER / "script.json").read_text())[f"plan_client {client}"]
    if plan["needs_approval"] and not (decisions and decisions[-1]["approved"]):
        raise Refused(f"{client}: nobody approved {batch}")
    _note("push_client", client, shops=sorted(connections))
    return {"acknowledged": 1}


def observe_client(client, *, batch, connections):
    _note("observe_client", client)
    return {"observed": 1}


def due_reports(night):
    _note("due_reports", "all", night=night)
    return list_clients()[:2]


def report_client(client, *, night):
    _note("report_client", client, night=night)
    return {"sent": 1}
