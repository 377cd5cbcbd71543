"""From what a face does to the 52 blendshape weights, by a profile."""
