"""Checks that Headwater carries out, and ready-made ones."""
