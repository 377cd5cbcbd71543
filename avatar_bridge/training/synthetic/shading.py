"""The shaders: GLSL files beside this module, put together.

Skin: wrapped diffuse light with a wider wrap for red in place of subsurface scattering, a soft
shadow of the key light, occluded sky light, two glosses, and painted maps that move with the
mesh. Hair: shells over the scalp, lit after Kajiya and Kay (*Rendering Fur*, SIGGRAPH 1989).
"""

from importlib.resources import files

_VERSION = "#version 330\n"


def _read(name: str) -> str:
    return (files(__package__) / "shaders" / name).read_text(encoding="utf-8")


def vertex_source(name: str) -> str:
    """GLSL of a vertex shader; all but the backdrop know where the head and the body are."""
    placing = "" if name == "backdrop" else _read("place.glsl")
    return _VERSION + placing + _read(f"{name}.vert")


def fragment_source(name: str) -> str:
    """GLSL of a fragment shader; all but depth and backdrop know the lights."""
    lights = "" if name in ("backdrop", "depth") else _read("common.glsl")
    return _VERSION + lights + _read(f"{name}.frag")
