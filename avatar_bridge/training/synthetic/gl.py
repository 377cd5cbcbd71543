"""An OpenGL context without a window."""

from typing import Any

import moderngl

from avatar_bridge.errors import ConfigError

# OpenGL 3.3 is what the shaders are written for.
_REQUIRED = 330


def open_context() -> Any:
    """A standalone context through EGL; a software rasteriser will do.

    Raises:
        ConfigError: none can be made on this machine.
    """
    create: Any = moderngl.create_standalone_context
    try:
        return create(require=_REQUIRED, backend="egl")
    except Exception as error:  # the library raises bare Exception
        raise ConfigError(
            f"rendering needs OpenGL 3.3 through EGL (apt install libegl1 libgl1-mesa-dri), "
            f"got: {error}"
        ) from error
