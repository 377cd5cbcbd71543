"""Tables of what is installed, a small module a measure; put together by `face`, `detection`."""
