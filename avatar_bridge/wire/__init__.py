"""Messages and addresses: face states to bytes and back, over ZeroMQ."""
