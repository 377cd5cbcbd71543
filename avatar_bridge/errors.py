"""Everything this package raises on purpose.

The tree:

    AvatarBridgeError
    ├── ConfigError         a setting, profile or name that cannot be used
    ├── CaptureError        a source that cannot be opened or read
    ├── CalibrationError    a face that cannot be measured
    ├── ModelError          a model file that is missing, altered or not what its card says
    ├── WireError           bytes that are not a message of ours
    ├── TakeError           a recording that cannot be read, begun or ended
    ├── SinkError           an output that cannot be opened or written
    └── UnsupportedError    what the program, as it is installed, does not do

A message is one line for the person at the keyboard: what was expected and what was got.
Commands print it and exit with code 2.
"""


class AvatarBridgeError(Exception):
    """Base of all errors that a user can act on."""


class ConfigError(AvatarBridgeError):
    """A setting, profile or name that cannot be used."""


class CaptureError(AvatarBridgeError):
    """A source that cannot be opened or read."""


class CalibrationError(AvatarBridgeError):
    """A face that cannot be measured: it is not seen, or it does not keep still."""


class ModelError(AvatarBridgeError):
    """A model file that is missing, altered or not what its card says."""


class WireError(AvatarBridgeError):
    """Bytes that are not a message of ours."""


class TakeError(AvatarBridgeError):
    """A recording that cannot be read, begun or ended."""


class SinkError(AvatarBridgeError):
    """An output that cannot be opened or written."""


class UnsupportedError(AvatarBridgeError):
    """What the program, as it is installed, does not do."""
