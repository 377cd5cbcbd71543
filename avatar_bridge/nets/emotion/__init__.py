"""Nets that read emotion off a face: one file each, the file name is the name."""
