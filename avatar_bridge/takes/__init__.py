"""Takes: recordings of a published stream, as files."""
