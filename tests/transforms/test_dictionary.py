from pathlib import Path

from transforms.dictionary import page
from transforms.tables import CANONICAL

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_page_in_docs_is_what_the_declarations_say_today():
    assert PAGE.read_text(encoding="utf-8") == page(), "stale: run python -m transforms.dictionary docs/data-dictionary.md"


def test_every_column_of_every_table_is_explained():
    text = page()
    for table in CANONICAL.values():
        section = text.split(f"## {table.name}\n")[1].split("\n## ")[0]
        for column in table.columns:
            assert f"`{column.name}`" in section and column.doc.strip()
