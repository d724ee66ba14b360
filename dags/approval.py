"""Ask a person only where the guard says so; say who answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import TaskAwaitingInput

PATIENCE = timedelta(hours=20)  # unanswered by then: refused, before the next night plans anew


class GuardApproval(ApprovalOperator):
    """Parks (holding no worker slot) where ``needed``; otherwise passes at once. Never skips anything itself.

    Airflow 3.3 does not stop a push after a refusal inside a mapped group, so nothing may hang on the wiring: the answer
    is returned, the next task records it, and the push itself refuses what nobody approved.

    ``digest`` names the list that is shown. It is parked with the question: whoever clears `plan` meanwhile changes what
    this task would read on waking, but not what the person saw.
    """

    template_fields = (*ApprovalOperator.template_fields, "needed", "client", "digest")

    def __init__(self, *, needed: Any, client: Any, digest: Any, **kwargs: Any) -> None:
        reason = Param("", type="string", title="Reason", description="Kept with the decision")
        super().__init__(params={"reason": reason}, defaults=self.REJECT, response_timeout=PATIENCE, **kwargs)
        self.needed = needed
        self.client = client
        self.digest = digest

    def execute(self, context: Any) -> dict[str, Any]:
        if not self.needed:
            self.log.info("%s: nothing above the guard, nobody is asked.", self.client)
            return {"asked": False}
        try:
            return super().execute(context)
        except TaskAwaitingInput as parked:
            parked.kwargs = {**(parked.kwargs or {}), "shown": self.digest}
            raise

    def execute_complete(self, context: Any, event: dict[str, Any], shown: str = "") -> dict[str, Any]:
        answer = HITLOperator.execute_complete(self, context, event)
        user = answer.get("responded_by_user") or {}
        return {
            "asked": True,
            "shown": shown,
            "approved": answer["chosen_options"] == [self.APPROVE],
            "by": user.get("name") or user.get("id") or "nobody (unanswered in time)",
            "reason": (answer.get("params_input") or {}).get("reason") or "",
        }
