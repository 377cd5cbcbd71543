"""Teaching nets that read a whole face."""
