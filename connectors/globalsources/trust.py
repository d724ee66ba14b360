"""Whether a mail is what it says: its sender's domain is on the account's list, and the receiving server vouches for it.

Only the topmost ``Authentication-Results`` counts (RFC 8601: each server adds its own above what came), and only if it bears
the receiving server's own name: whatever lies below a sender may have written himself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import getaddresses

_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r'"([^"]*)"')
_METHOD = re.compile(r"^([a-z][a-z0-9-]*)(?:/\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"([a-z]+)\s*\.\s*([a-z-]+)\s*=\s*(\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Result:
    """One method's verdict: ``dkim``, ``pass``, ``{"header.d": "example.com"}``."""

    method: str
    verdict: str
    properties: dict[str, str]


def suspicion(message: EmailMessage, senders: tuple[str, ...], authserv: str) -> str | None:
    """Why the mail is not believed; None where it is. Names domains, never an address."""
    if not senders or not authserv:
        return "the account names no senders to believe (mail_senders) or no receiving server (mail_authserv)"
    domain = sender_domain(message)
    if domain is None:
        return "it has no single sender"
    if not _is_among(domain, senders):
        return f"its sender's domain {domain} is not on the account's list"
    stamps = message.get_all("Authentication-Results") or []
    server, results = read_results(str(stamps[0])) if stamps else ("", [])
    if server != authserv:
        said = f" (the topmost verdict is {server or 'nobody'}'s)" if stamps else ""
        return f"the receiving server {authserv} has not said who sent it{said}"
    if not _vouched(domain, results):
        verdicts = ", ".join(f"{each.method}={each.verdict}" for each in results) or "nothing"
        return f"the receiving server does not vouch for {domain}: {verdicts}"
    return None


def sender_domain(message: EmailMessage) -> str | None:
    """Of the one address in the one ``From``."""
    told = message.get_all("From") or []
    addresses = [address for _, address in getaddresses([str(each) for each in told]) if address]
    if len(told) != 1 or len(addresses) != 1 or addresses[0].count("@") != 1:
        return None
    return addresses[0].rpartition("@")[2].strip(".").lower() or None


def read_results(header: str) -> tuple[str, list[Result]]:
    """The name of the server that wrote it, and its verdicts in order."""
    bare = header
    while (without := _COMMENT.sub(" ", bare)) != bare:
        bare = without
    first, *clauses = _QUOTED.sub(lambda hit: hit.group(1).replace(";", ""), bare).split(";")
    server = (first.split() or [""])[0].lower()
    return server, [result for clause in clauses if (result := _result(clause.strip()))]


def _result(clause: str) -> Result | None:
    method = _METHOD.match(clause)
    if method is None:
        return None
    properties = {f"{kind}.{name}".lower(): value.strip("<>").lower() for kind, name, value in _PROPERTY.findall(clause[method.end() :])}
    return Result(method.group(1).lower(), method.group(2).lower(), properties)


def _vouched(domain: str, results: list[Result]) -> bool:
    """DMARC passed for this very domain, or a signature of it (or of the one above it) holds; a DMARC failure outweighs both.

    SPF alone is not enough: a forwarded mail passes it under the forwarder's name.
    """
    dmarc = [each for each in results if each.method == "dmarc"]
    if any(each.verdict == "fail" for each in dmarc):
        return False
    if any(each.verdict == "pass" and each.properties.get("header.from") == domain for each in dmarc):
        return True
    signers = [_signer(each) for each in results if each.method == "dkim" and each.verdict == "pass"]
    return any(signer and "." in signer and _is_among(domain, (signer,)) for signer in signers)


def _signer(result: Result) -> str:
    return result.properties.get("header.d") or result.properties.get("header.i", "").rpartition("@")[2]


def _is_among(domain: str, allowed: tuple[str, ...]) -> bool:
    return any(domain == each or domain.endswith("." + each) for each in allowed)
