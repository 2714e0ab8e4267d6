"""Alembic runs this: on the connection it is given, into the schema of the events."""

from alembic import context

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    version_table_schema=_given["schema"],
    on_version_apply=_given["on_version_apply"],
)
context.run_migrations()
