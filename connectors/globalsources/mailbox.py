"""The agency's mailbox → files in the inbox: a mail is written there as it lies on the server, and nothing on the server changes.

The standard library's ``imaplib``, over TLS (without only on loopback). What was fetched is noted by the server's own count of
mails (UIDVALIDITY and UID, RFC 9051); a server that counts anew is read anew, and the mails' own numbers keep them from doubling.
"""

from __future__ import annotations

import imaplib
import os
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from connectors.contract import Credentials, Shop
from connectors.errors import FatalError, RetryableError
from connectors.files.folder import read_json_note, write_json_note
from connectors.globalsources.account import Account
from connectors.globalsources.drop import ASIDE, Drop
from connectors.globalsources.mail import LARGEST_BYTES
from connectors.globalsources.names import named

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"UID (\d+)")


@dataclass(frozen=True)
class Mailbox:
    """Where the mails lie: ``imaps://host[:port]``."""

    shop: Shop
    address: str
    user: str = field(repr=False)
    password: str = field(repr=False)
    timeout_seconds: float

    def check(self) -> str:
        with self._open() as imap:
            imap.noop()
        return f"mailbox at {urlsplit(self.address).hostname} answers"

    def fetch(self, account: Account, entity: str, since: datetime, now: datetime) -> int:
        """Write every mail that is new into the inbox; returns how many.

        Raises:
            FatalError: login or folder is refused; RetryableError: the server does not answer as it should.
        """
        box = account.mailboxes.get(entity)
        if box is None:
            return 0
        note = account.folder / ".mailbox.json"
        count = 0
        with self._open() as imap:
            validity = self._select(imap, box)
            told = read_json_note(note)
            seen = told.get(entity) if isinstance(told.get(entity), dict) and told[entity].get("validity") == validity else {}
            last = int(seen.get("last", 0))
            for uid in self._new(imap, last, since):
                self._save(imap, uid, validity, account, entity, now)
                write_json_note(note, {**read_json_note(note), entity: {"validity": validity, "last": uid}})
                count += 1
        return count

    def _select(self, imap: imaplib.IMAP4, box: str) -> str:
        status, _ = imap.select('"' + box.replace("\\", "\\\\").replace('"', '\\"') + '"', readonly=True)
        if status != "OK":
            raise self._fatal(f"it has no folder '{box}': mend mailbox_… in the client's file, or make it")
        _, found = imap.response("UIDVALIDITY")
        return found[0].decode() if found and found[0] else ""

    def _new(self, imap: imaplib.IMAP4, last: int, since: datetime) -> list[int]:
        """Without a note: what came since the window's start. The server names its last mail even where it is no newer than asked."""
        wanted = f"UID {last + 1}:*" if last else f"SINCE {since.day}-{since:%b-%Y}"
        status, found = imap.uid("SEARCH", wanted)
        self._refuse(status, "search")
        return sorted(uid for uid in map(int, (found[0] or b"").split()) if uid > last)

    def _save(self, imap: imaplib.IMAP4, uid: int, validity: str, account: Account, entity: str, now: datetime) -> None:
        status, found = imap.uid("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)")
        self._refuse(status, "fetch")
        head = b" ".join(part if isinstance(part, bytes) else part[0] for part in found if part)
        size = _SIZE.search(head)
        came = _internal_date(head) or now
        is_whole = size is not None and int(size.group(1)) <= LARGEST_BYTES
        body = self._body(imap, uid, "BODY.PEEK[]" if is_whole else "BODY.PEEK[HEADER]")
        if body is None:  # deleted meanwhile
            return
        path = account.folder / "inbox" / named(entity, account.name, came, account.zone, f"imap-{validity}-{uid}", "eml")
        fresh = path.with_name("." + path.name + ".tmp")
        fresh.write_bytes(body)
        os.utime(fresh, (came.timestamp(), came.timestamp()))  # whole as it is: nobody need wait whether more is written
        fresh.replace(path)
        if not is_whole:
            why = f"the mail is larger than the {LARGEST_BYTES} bytes that are read; its head alone is here"
            Drop(account).reject(path, ASIDE, entity, why, now)

    def _body(self, imap: imaplib.IMAP4, uid: int, what: str) -> bytes | None:
        status, found = imap.uid("FETCH", str(uid), f"({what})")
        self._refuse(status, "fetch")
        bodies = [part[1] for part in found if isinstance(part, tuple) and (hit := _UID.search(part[0])) and int(hit.group(1)) == uid]
        bodies = bodies or [part[1] for part in found if isinstance(part, tuple)]
        return bodies[0] if bodies else None

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        imap = None
        try:
            imap = self._connected()
            try:
                imap.login(self.user, self.password)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:  # whose text may repeat what it was sent
                raise self._fatal("the login was refused: renew user and password in the connection") from None
            yield imap
        except (imaplib.IMAP4.error, OSError) as error:
            what = f"{self._who()} does not answer as it should ({type(error).__name__})"
            raise RetryableError(f"{what}. Nothing is lost: run the step again.") from None
        finally:
            if imap is not None:
                with suppress(imaplib.IMAP4.error, OSError):
                    imap.logout()

    def _connected(self) -> imaplib.IMAP4:
        parts = urlsplit(self.address)
        if parts.scheme == "imaps" and parts.hostname:
            return imaplib.IMAP4_SSL(
                parts.hostname, parts.port or imaplib.IMAP4_SSL_PORT, ssl_context=ssl.create_default_context(), timeout=self.timeout_seconds
            )
        if parts.scheme == "imap" and parts.hostname in LOOPBACK:
            return imaplib.IMAP4(parts.hostname, parts.port or imaplib.IMAP4_PORT, timeout=self.timeout_seconds)
        raise self._fatal("its address must be imaps://host (without TLS only on this machine): mend `auth_host` in the connection")

    def _refuse(self, status: str, verb: str) -> None:
        if status != "OK":
            raise RetryableError(f"{self._who()} answers {status} to {verb}. Nothing is lost: run the step again.")

    def _who(self) -> str:
        return f"{self.shop.marketplace}, shop '{self.shop.client}/{self.shop.name}': its mailbox"

    def _fatal(self, why: str) -> FatalError:
        return FatalError(f"{self._who()}: {why}. Not retried.")


def mailbox_of(shop: Shop, credentials: Credentials, timeout_seconds: float) -> Mailbox | None:
    """None where the connection names none.

    Raises:
        FatalError: it names one, and no user or password.
    """
    if not credentials.auth_host:
        return None
    secrets = credentials.secrets
    box = Mailbox(shop, credentials.auth_host, secrets.get("user", ""), secrets.get("password", ""), timeout_seconds)
    if not box.user or not box.password:
        raise FatalError(f"{box._who()}: the connection lacks the secrets `user` and `password`. Not retried.")
    return box


def _internal_date(head: bytes) -> datetime | None:
    found = imaplib.Internaldate2tuple(head)
    return None if found is None else datetime.fromtimestamp(time.mktime(found), UTC)
