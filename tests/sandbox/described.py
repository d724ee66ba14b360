"""Answers of Alibaba's platforms held against their methods' own descriptions (name, type, ``subParams``)."""

from __future__ import annotations


def strange(value, fields, place=""):
    """Places whose name or kind the description does not know."""
    known, found = {field["name"]: field for field in fields}, []
    for name, inner in value.items():
        if name == "request_id" or inner == {}:
            continue
        field = known.get(name)
        if field is None:
            found.append(f"{place}{name}")
        elif field["type"].replace(" ", "").endswith("[]"):
            for row in next(iter(inner.values())) if field.get("subParams") else ():
                found += strange(row, field["subParams"], f"{place}{name}.")
        elif field.get("subParams"):
            found += strange(inner, field["subParams"], f"{place}{name}.")
        elif not isinstance(inner, {"Number": int, "Boolean": bool}.get(field["type"], str)):
            found.append(f"{place}{name}: {type(inner).__name__} is no {field['type']}")
    return found
