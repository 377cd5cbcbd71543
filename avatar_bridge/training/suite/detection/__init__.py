"""One table of what face detectors and trackers are worth, put together by `suite`."""
