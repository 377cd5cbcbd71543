"""Nets in torch: how they are built, not how they are trained or run."""
