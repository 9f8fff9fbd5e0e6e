"""The full-text index of revision 0001, over the decisions' titles and texts, kept by triggers: any client may write.

SQLite: a contentless FTS5 table `decision_search` over text whose đ is folded to d (its tokenizer folds the other
marks and tears words at hyphens and slashes, so that a number is a phrase: `2621 qd ubnd`).
PostgreSQL: `decision_search` holds tsvectors of pieces of the text (one vector holds no more than a megabyte);
`vanban_fold` needs no extension and no locale.
"""

from __future__ import annotations

#: Vietnamese letters and what they fold to; the marks that join a number's parts become spaces.
LETTERS = {
    "a": "àáảãạăằắẳẵặâầấẩẫậ",
    "e": "èéẻẽẹêềếểễệ",
    "i": "ìíỉĩị",
    "o": "òóỏõọôồốổỗộơờớởỡợ",
    "u": "ùúủũụưừứửữự",
    "y": "ỳýỷỹỵ",
    "d": "đð",
}
JOINTS = "/-–_.,:;|*\n\t"
#: Characters of one piece of a text in PostgreSQL, and how far the next piece reaches back.
PIECE, OVERLAP = 100_000, 200


def _pairs() -> tuple[str, str]:
    lower = "".join(LETTERS.values())
    plain = "".join(base * len(letters) for base, letters in LETTERS.items())
    capitals = "".join(chr(c) for c in range(ord("A"), ord("Z") + 1))
    return lower + lower.upper() + capitals + JOINTS, plain * 2 + capitals.lower() + " " * len(JOINTS)


def _sqlite_fold(column: str) -> str:
    return f"replace(replace(replace({column}, 'đ', 'd'), 'Đ', 'D'), 'Ð', 'D')"


def _sqlite() -> list[str]:
    new, old = (
        ", ".join(_sqlite_fold(f"coalesce({row}.{c}, '')") for c in ("display_title", "title", "text"))
        for row in ("new", "old")
    )
    put = f"insert into decision_search(rowid, display_title, title, text) values (new.id, {new});"
    take = (
        "insert into decision_search(decision_search, rowid, display_title, title, text)"
        f" values ('delete', old.id, {old});"
    )
    return [
        "create virtual table decision_search using fts5(display_title, title, text, content='',"
        ' tokenize="unicode61 remove_diacritics 2")',
        f"create trigger decision_search_insert after insert on decisions begin {put} end",
        f"create trigger decision_search_delete after delete on decisions begin {take} end",
        "create trigger decision_search_update after update of id, display_title, title, text on decisions"
        f" begin {take} {put} end",
    ]


def _postgresql() -> list[str]:
    vector = "to_tsvector('simple', vanban_fold({}))"
    title = vector.format("concat_ws(' ', new.display_title, new.title)")
    body = vector.format(f"substr(new.text, 1 + i * {PIECE - OVERLAP}, {PIECE})")
    return [
        "create table decision_search (decision_id bigint not null references decisions on delete cascade,"
        " n integer not null, vector tsvector not null, primary key (decision_id, n))",
        "create index ix_decision_search_vector on decision_search using gin (vector)",
        "create function decision_search_write() returns trigger language plpgsql as $$ begin"
        " delete from decision_search where decision_id = new.id;"
        " insert into decision_search select new.id, i,"
        f" case when i = 0 then setweight({title}, 'A') else ''::tsvector end || {body}"
        f" from generate_series(0, greatest(0, (length(new.text) - 1) / {PIECE - OVERLAP})) as i;"
        " return null; end $$",
        "create trigger decision_search_write after insert or update of display_title, title, text on decisions"
        " for each row execute function decision_search_write()",
    ]


def _fold() -> str:
    letters, plain = (part.replace("'", "''") for part in _pairs())
    return (
        "create function vanban_fold(words text) returns text language sql immutable strict parallel safe"
        f" as $$ select translate(words, '{letters}', '{plain}') $$"
    )


def create(dialect: str) -> list[str]:
    """The statements that make the index, and what folds letters."""
    return [*([_fold()] if dialect == "postgresql" else []), *create_tables(dialect)]


def create_tables(dialect: str) -> list[str]:
    """The statements that make the index and put what is there into it."""
    if dialect == "postgresql":
        return [*_postgresql(), "update decisions set text = text"]
    columns = ("display_title", "title", "text")
    words = ", ".join(_sqlite_fold(f"coalesce({name}, '')") for name in columns)
    filled = f"insert into decision_search(rowid, {', '.join(columns)}) select id, {words} from decisions"
    return [*_sqlite(), filled]


def drop(dialect: str) -> list[str]:
    """The statements that take all of it away."""
    return [*drop_tables(dialect), *(["drop function vanban_fold"] if dialect == "postgresql" else [])]


def drop_tables(dialect: str) -> list[str]:
    """The statements that take the index away."""
    if dialect == "postgresql":
        return [
            "drop trigger decision_search_write on decisions",
            "drop function decision_search_write",
            "drop table decision_search",
        ]
    triggers = [f"drop trigger decision_search_{what}" for what in ("insert", "delete", "update")]
    return [*triggers, "drop table decision_search"]
