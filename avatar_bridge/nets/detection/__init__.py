"""Nets that find faces: one file each, the file name is the name."""
