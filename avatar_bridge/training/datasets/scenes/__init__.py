"""What scenes are composed of: one module a kind, the file name is the name on the recipe."""
