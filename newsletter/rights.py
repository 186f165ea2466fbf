"""What the role that the web and the workers come as may do in the database: everything but rewrite what was said.

`migrate` comes as the owner (DATABASE_OWNER_URL) and grants, after each migration, what the other role needs. A role
that is not the owner can neither change a line of consent nor put aside the trigger that refuses it.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.models import Model
from psycopg import sql

# Tables by what may be done with them beside being read.
_narrow: dict[str, str] = {}


class NotNarrow(Exception):
    """The role of the web and the workers owns the tables or rules the server: no right binds it."""


def append_only(*models: type[Model], forgotten: bool = False) -> None:
    """Have nobody but the owner change rows of these; where a reader's are `forgotten`, they may be deleted."""
    for model in models:
        _narrow[model._meta.db_table] = "SELECT, INSERT, DELETE" if forgotten else "SELECT, INSERT"


def narrow() -> dict[str, str]:
    """Return the tables that are not to be changed, and what may be done with them."""
    return dict(_narrow)


def role() -> str:
    """Return the role that the web and the workers come as, where it is not who migrates; else nothing."""
    said = urlsplit(settings.DATABASE_APP_URL).username or ""
    return said if settings.DATABASE_OWNER_URL and said != urlsplit(settings.DATABASE_OWNER_URL).username else ""


def grant(to: str) -> None:
    """Let that role work with every table, and with some only read and add; raise NotNarrow where it cannot be bound.

    Said after each migration, for new tables too; said twice it changes nothing.
    """
    name = sql.Identifier(to)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = sql.Identifier(cursor.fetchone()[0])
        cursor.execute(
            "SELECT rolsuper OR pg_has_role(rolname, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s", [to]
        )
        found = cursor.fetchone()
        if found is None or found[0]:
            raise NotNarrow(to)
        for sentence in (
            "GRANT USAGE ON SCHEMA {schema} TO {name}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
        ):
            cursor.execute(sql.SQL(sentence).format(schema=schema, name=name))
        for table, may in _narrow.items():
            if table not in connection.introspection.table_names(cursor):
                continue  # half-way through the migrations
            at = sql.Identifier(table)
            cursor.execute(sql.SQL("REVOKE ALL ON {at} FROM {name}").format(at=at, name=name))
            cursor.execute(sql.SQL("GRANT {may} ON {at} TO {name}").format(may=sql.SQL(may), at=at, name=name))
