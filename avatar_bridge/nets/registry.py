"""The registries of nets, one per kind; a card's `architecture` is a name in one of them."""

from torch import nn

from avatar_bridge.errors import ConfigError
from avatar_bridge.registry import Registry

# A further kind of net is a package of that name and one line here.
NETS: dict[str, Registry[nn.Module]] = {
    "detection": Registry(
        "net", "avatar_bridge.nets.detection", hidden=frozenset({"octave_trunk", "priors"})
    ),
    "emotion": Registry("net", "avatar_bridge.nets.emotion"),
    "face": Registry(
        "net",
        "avatar_bridge.nets.action_units",
        hidden=frozenset({"evidence", "places", "pooled", "regional"}),
    ),
    "generation": Registry(
        "net", "avatar_bridge.nets.generation", hidden=frozenset({"blocks", "discriminator"})
    ),
}


def nets(task: str) -> Registry[nn.Module]:
    """The nets that do one task.

    Raises:
        ConfigError: unknown task; the message lists the choices.
    """
    if task not in NETS:
        raise ConfigError(f"unknown task {task!r}; expected one of: {', '.join(sorted(NETS))}")
    return NETS[task]
