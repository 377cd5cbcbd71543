"""Libraries of videos to takes, on all cores of a machine or on a Ray cluster."""
