"""The live page: an ordinary client of the bridge, served by a process of its own."""
