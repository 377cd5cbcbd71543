"""What installed generators are worth, on faces of people who taught nothing."""
