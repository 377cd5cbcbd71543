"""Rendered faces with exact truth: the built-in performer and random faces to learn from."""
