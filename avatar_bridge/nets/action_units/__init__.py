"""Nets that read a whole face: one file each, the file name is the name."""
