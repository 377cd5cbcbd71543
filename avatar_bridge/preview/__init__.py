"""Pictures of a face with an expression, made beside the stream."""
