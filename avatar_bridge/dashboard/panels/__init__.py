"""The controls of the page, each a panel: what a person sees and does about one thing."""
