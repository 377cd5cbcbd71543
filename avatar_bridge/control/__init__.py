"""Requests to a running bridge and their answers."""
