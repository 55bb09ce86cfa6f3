"""Our events to those of the standard: what Headwater's own runs read, wrote and judged, for other catalogs."""
