"""IO managers: values kept as files, on any place that fsspec reaches."""
