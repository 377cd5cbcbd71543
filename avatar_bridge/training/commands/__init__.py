"""What `avatar-bridge-train` does; each loads torch only when it runs."""
