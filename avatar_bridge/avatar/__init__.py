"""Avatar files: what an avatar's face can do."""
