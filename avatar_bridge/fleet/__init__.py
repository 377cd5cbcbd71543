"""Many performers: a bridge each, kept alive on the machines of a farm, and one merged stream."""
