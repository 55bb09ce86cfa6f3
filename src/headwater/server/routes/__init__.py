"""The query API's handlers: each turns a request into a read or a unit to write, in a few lines."""
