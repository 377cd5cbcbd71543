"""The shaders: GLSL files beside this module, put together.

Skin: wrapped diffuse light with a wider wrap for red in place of subsurface scattering, a soft
shadow of the key light, occluded sky light, two glosses, and painted maps that move with the
mesh. Hair: shells over the scalp, lit after Kajiya and Kay (*Rendering Fur*, SIGGRAPH 1989).
"""

import re
from importlib.resources import files

_VERSION = "#version 330\n"
_UNLIT = ("backdrop", "depth", "skin_buffer")
_INPUT = re.compile(r"^in vec\d v_\w+;\n", re.MULTILINE)


def _read(name: str) -> str:
    return (files(__package__) / "shaders" / name).read_text(encoding="utf-8")


def vertex_source(name: str) -> str:
    """GLSL of a vertex shader; all but the backdrop know where the head and the body are."""
    placing = "" if name == "backdrop" else _read("place.glsl")
    return _VERSION + placing + _read(f"{name}.vert")


def fragment_source(name: str) -> str:
    """GLSL of a fragment shader; the lit ones know the lights."""
    lights = "" if name in _UNLIT else _read("common.glsl")
    return _VERSION + lights + _read(f"{name}.frag")


def deferred_source(name: str) -> str:
    """The same shader, which takes what it shades from buffers instead of from a triangle."""
    body = _INPUT.sub("", _read(f"{name}.frag"))
    body = body.replace("void main() {", "void main() {\n    fetch();")
    return _VERSION + _read("common.glsl") + _read("fetch.glsl") + body
