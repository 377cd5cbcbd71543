"""Tuning of the smoothing presets: real takes, recorded noise, error and lag."""
