"""`python -m avatar_bridge`: the same as `avatar-bridge`."""

from avatar_bridge.cli.main import main

if __name__ == "__main__":
    main()
