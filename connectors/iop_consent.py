"""A seller's consent turned into access tokens, as AliExpress and Alibaba.com do it: codes, refreshes, and whose token it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Clock, Shop, Token
from connectors.errors import FatalError
from connectors.http import Call, Session
from connectors.iop import signed, token_of
from connectors.iop_answers import field as told
from connectors.loose import text

SELLER = "seller_center"  # the account platform of a seller; buyers' and other product lines' apps get tokens of others


@dataclass(frozen=True)
class Consent:
    """``fetch`` is what ``AccessTokens`` wants.

    Attributes:
        vendor: as messages name it.
        base: address of the platform, in front of ``/rest``; ``path``: of the token calls.
        secrets: the connection's: ``app_key``, ``app_secret``, and ``refresh_token`` or the consent's ``code``.
    """

    vendor: str
    shop: Shop
    session: Session = field(repr=False)
    base: str
    secrets: Mapping[str, str] = field(repr=False)
    clock: Clock
    path: str = "/auth/token/"

    def fetch(self, stored: Token | None) -> Token:
        """Refresh, or (first time, where the connection holds a consent's code) exchange it. Called under the store's lock.

        Raises:
            FatalError: there is nothing to refresh with, or the token is not this shop's seller's.
        """
        refresh_token = stored.refresh_token if stored else self.secrets.get("refresh_token")
        if refresh_token:
            answer = self._ask("refresh", {"refresh_token": refresh_token})
        elif self.secrets.get("code") and not stored:
            answer = self._ask("create", {"code": self.secrets["code"]})
        else:
            who = self.session.who("auth/token/refresh")
            raise FatalError(
                f"{who}: there is no refresh token ({self.vendor} gave none, or it may not be refreshed). "
                f"Let the seller consent again and put the new code into the connection '{self.shop.name}'. Not retried."
            )
        self._check_owner(answer)
        return token_of(answer, refresh_token, self.clock.now())

    def _ask(self, verb: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        path = f"{self.path}{verb}"
        keys = {"app_key": self.secrets["app_key"], "secret": self.secrets["app_secret"]}
        form = signed(path, parameters, **keys, at=self.clock.now())
        return self.session.send(Call(path[1:], "POST", f"{self.base}/rest{path}", form=form, is_signed=False)).json

    def _check_owner(self, answer: Mapping[str, Any]) -> None:
        """A token of a buyer or of another product line, or of another seller, would read somebody else's trade into this shop."""
        who, platform = self.session.who("auth/token"), text(answer.get("account_platform"))
        if not text(answer.get("access_token")):
            raise FatalError(f"{who}: {self.vendor} answered without an access token. Look at the app in its console. Not retried.")
        if platform and platform != SELLER:
            raise FatalError(
                f"{who}: the token is of '{platform}', not of '{SELLER}': the app is no seller's app (a buyer's, affiliate or dropship "
                "one). Use a seller app's key and let the seller consent to it. Not retried."
            )
        wanted = self.shop.account.get("seller_id")
        owner = text(told(answer.get("user_info"), "seller_id")) or text(answer.get("seller_id"))
        if wanted and owner and wanted != owner:
            raise FatalError(
                f"{who}: the token is of seller {owner}, the shop is {wanted}'s. Mend `account.seller_id` or let the right seller consent. "
                "Not retried."
            )
