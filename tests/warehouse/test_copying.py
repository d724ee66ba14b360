"""COPY must not depend on how a frame happens to be cut into chunks."""

import pandas as pd

from warehouse.database import client_session
from warehouse.merge import merge, read_frame


def test_a_frame_glued_from_an_empty_and_a_full_piece_is_stored_whole(engine, rows):
    full = rows.stamped({"orders": rows.frame("orders", [{"order_id": "1"}, {"order_id": "2"}])})["orders"]
    glued = pd.concat([full.iloc[:0], full, full.iloc[:0]], ignore_index=True)
    with client_session(engine, "lumora") as conn:
        merge(conn, {"orders": glued})
        assert list(read_frame(conn, "orders")["order_id"]) == ["1", "2"]
