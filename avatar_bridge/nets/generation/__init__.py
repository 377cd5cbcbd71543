"""Nets that change a face's expression: one module a net, the file name is the net's name."""
