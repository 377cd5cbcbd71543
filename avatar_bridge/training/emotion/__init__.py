"""Teaching nets that read emotion."""
