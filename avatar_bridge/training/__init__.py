"""How the nets are taught, judged and exported. Needs the `train` extra."""
