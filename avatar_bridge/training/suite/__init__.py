"""One table of what face nets are worth: a small module a measure, put together by `face`."""
