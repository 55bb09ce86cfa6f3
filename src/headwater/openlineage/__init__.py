"""OpenLineage events in Headwater's own terms: what they say was written, seen, checked, and made from what.

Pure translation: nothing here receives, stores or looks anything up.
"""
