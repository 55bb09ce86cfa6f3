"""What happened: event types, the life cycles of run, step and tick as tables, folds from events to state.

Pure: nothing here knows where records are kept or who reads them.
"""
