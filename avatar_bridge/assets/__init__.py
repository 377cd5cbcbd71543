"""Files that come with the package: the performer's clip and the truth behind it."""
