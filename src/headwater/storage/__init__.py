"""Where records are kept: the schema, the group-committing writer, reads by subject, migrations.

All SQL stands here. Nothing here decides anything: it keeps what it is told and answers what it is asked.
"""
