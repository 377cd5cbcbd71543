"""Where commands print: results to standard output, everything else to standard error."""

from rich.console import Console

# What is printed holds file names and other foreign text: none of it is markup.
out = Console(markup=False)
errors = Console(stderr=True, markup=False)
