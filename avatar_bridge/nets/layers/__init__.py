"""Blocks that several nets share."""
