"""The data project: assets, sensors and checks. It knows where the outside world is, and nothing of how it works."""
