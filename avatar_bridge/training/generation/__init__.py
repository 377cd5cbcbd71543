"""Teaching nets that change the expression of a face."""
