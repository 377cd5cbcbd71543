"""Sets of faces with emotion labels: one module a form, the file name is the `kind` of a recipe."""
