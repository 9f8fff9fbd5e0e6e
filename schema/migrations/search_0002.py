"""The full-text indexes of revision 0002: one over the texts, one over the titles, kept by triggers (any client may
write).

SQLite: contentless FTS5 tables over words whose đ is folded to d (the tokenizer folds the other marks and tears words
at hyphens and slashes, so that a number is a phrase: `2621 qd ubnd`).
PostgreSQL: tsvectors; of a text one for each piece, for a vector holds no more than a megabyte.
"""

from __future__ import annotations

#: The tables, each with the columns of `decisions` that it indexes.
INDEXES = {"decision_search": ("text",), "title_search": ("display_title", "title")}
#: Characters of one piece of a text in PostgreSQL, and how far the next piece reaches back.
PIECE, OVERLAP = 100_000, 200


def create(dialect: str) -> list[str]:
    """The statements that make and fill the indexes."""
    if dialect == "postgresql":
        return _postgresql()
    return [statement for name, columns in INDEXES.items() for statement in _sqlite(name, columns)]


def drop(dialect: str) -> list[str]:
    """The statements that take them away; `vanban_fold` is of revision 0001."""
    if dialect == "postgresql":
        return [
            "drop trigger decision_search_write on decisions",
            "drop function decision_search_write",
            *(f"drop table {name}" for name in INDEXES),
        ]
    triggers = [f"drop trigger {name}_{what}" for name in INDEXES for what in ("insert", "delete", "update")]
    return [*triggers, *(f"drop table {name}" for name in INDEXES)]


def _sqlite(name: str, columns: tuple[str, ...]) -> list[str]:
    def folded(row: str) -> str:
        words = (f"coalesce({row}{column}, '')" for column in columns)
        return ", ".join(f"replace(replace(replace({word}, 'đ', 'd'), 'Đ', 'D'), 'Ð', 'D')" for word in words)

    named = ", ".join(columns)
    put = f"insert into {name}(rowid, {named}) values (new.id, {folded('new.')});"
    take = f"insert into {name}({name}, rowid, {named}) values ('delete', old.id, {folded('old.')});"
    return [
        f"create virtual table {name} using fts5({named}, content='', tokenize=\"unicode61 remove_diacritics 2\")",
        f"create trigger {name}_insert after insert on decisions begin {put} end",
        f"create trigger {name}_delete after delete on decisions begin {take} end",
        f"create trigger {name}_update after update of id, {named} on decisions begin {take} {put} end",
        f"insert into {name}(rowid, {named}) select id, {folded('')} from decisions order by id",
    ]


def _postgresql() -> list[str]:
    vector = "to_tsvector('simple', vanban_fold({}))"
    title = vector.format("concat_ws(' ', {row}.display_title, {row}.title)")
    body = vector.format(f"substr({{row}}.text, 1 + i * {PIECE - OVERLAP}, {PIECE})")
    pieces = f"generate_series(0, greatest(0, (length({{row}}.text) - 1) / {PIECE - OVERLAP})) as i"
    return [
        "create table decision_search (decision_id bigint not null references decisions on delete cascade,"
        " n integer not null, vector tsvector not null, primary key (decision_id, n))",
        "create table title_search (decision_id bigint primary key references decisions on delete cascade,"
        " vector tsvector not null)",
        f"insert into decision_search select d.id, i, {body.format(row='d')}"
        f" from decisions d, {pieces.format(row='d')}",
        f"insert into title_search select d.id, {title.format(row='d')} from decisions d",
        *(f"create index ix_{name}_vector on {name} using gin (vector)" for name in INDEXES),
        "create index ix_decision_search_long on decision_search (decision_id) where n > 0",
        "create function decision_search_write() returns trigger language plpgsql as $$ begin"
        " delete from decision_search where decision_id = new.id;"
        " delete from title_search where decision_id = new.id;"
        f" insert into decision_search select new.id, i, {body.format(row='new')} from {pieces.format(row='new')};"
        f" insert into title_search values (new.id, {title.format(row='new')});"
        " return null; end $$",
        "create trigger decision_search_write after insert or update of display_title, title, text on decisions"
        " for each row execute function decision_search_write()",
    ]
