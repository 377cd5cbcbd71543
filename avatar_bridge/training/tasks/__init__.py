"""What can be taught: one module a task, the file name is the name on the recipe."""
