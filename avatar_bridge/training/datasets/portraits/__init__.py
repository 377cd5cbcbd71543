"""Faces to change the expression of: one module a kind, the file name is the kind on the recipe."""
