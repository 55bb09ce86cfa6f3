"""HTTP: the report doors, the query API, the live stream, access, and the built web app.

Reads and writes the store; never calls the engine, which learns of a wish by its row.
"""
