"""The processes that hold user code: a loader, the hosts forked from it, and the workers forked from those."""
