"""IO managers for tables: files, DuckDB, SQL databases. They write the users' tables, never the store's own."""
