"""What the store keeps, in the shapes of the API: one file a resource, each a read on a connection."""
