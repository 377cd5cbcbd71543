"""Everything this package raises on purpose.

The tree:

    AvatarBridgeError
    ├── ConfigError     a setting, profile or name that cannot be used
    ├── CaptureError    a source that cannot be opened or read
    ├── ModelError      a model file that is missing, altered or not what its card says
    ├── WireError       bytes that are not a message of ours
    └── SinkError       an output that cannot be opened or written

A message is one line for the person at the keyboard: what was expected and what was got.
Commands print it and exit with code 2.
"""


class AvatarBridgeError(Exception):
    """Base of all errors that a user can act on."""


class ConfigError(AvatarBridgeError):
    """A setting, profile or name that cannot be used."""


class CaptureError(AvatarBridgeError):
    """A source that cannot be opened or read."""


class ModelError(AvatarBridgeError):
    """A model file that is missing, altered or not what its card says."""


class WireError(AvatarBridgeError):
    """Bytes that are not a message of ours."""


class SinkError(AvatarBridgeError):
    """An output that cannot be opened or written."""
