"""Pictures with known faces, composed from what is at hand."""
