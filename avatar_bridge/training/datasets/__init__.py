"""Faces to learn from: sources, augmentation and batches."""
