"""Locations on other machines: to serve one there, and to use it here."""
