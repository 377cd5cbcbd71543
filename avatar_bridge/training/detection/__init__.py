"""What teaches face detectors: scenes, windows, mining, judging."""
