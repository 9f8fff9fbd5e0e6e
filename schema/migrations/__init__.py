"""The history of the tables (Alembic): `versions/` holds one file a change, oldest first.

Runs from inside the installed package; `schema.database` hands the connection over.
"""

#: The newest revision. A test holds it equal to what `versions/` says.
HEAD = "0002"
