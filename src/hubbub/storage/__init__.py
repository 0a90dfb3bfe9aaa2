"""The database: schema, statements, transactions, and the group-commit appender.

Tables and statements are written once in SQLAlchemy Core, compiled per SQL dialect, and run by the raw
driver. Nothing outside this package knows a table or a column.
"""
