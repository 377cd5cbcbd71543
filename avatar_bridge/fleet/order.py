"""What a performer's process is told at its start: where to publish, and who may listen."""

import json
from dataclasses import asdict, dataclass, field

from avatar_bridge.wire.curve import ClientKeys, Guests, ServerKeys, new_pair


@dataclass(frozen=True, slots=True)
class Order:
    """One process's orders.

    Attributes:
        settings: of its bridge, as JSON of a `Config`.
        address: to publish on, with `*` for a free port.
        public, secret: its own pair of keys; empty for none.
        guest: public key of the one client that it lets in.
    """

    settings: str
    address: str
    public: str = ""
    secret: str = field(default="", repr=False)
    guest: str = ""

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Order":
        """What `to_json` wrote."""
        return cls(**json.loads(text))

    @property
    def keys(self) -> ServerKeys | None:
        """For its publisher."""
        return ServerKeys(self.public, self.secret, Guests([self.guest])) if self.public else None


def order_with_keys(settings: str, address: str) -> tuple[Order, ClientKeys]:
    """Orders under which one client alone may listen, and that client's keys; on no disk."""
    public, secret = new_pair()
    guest_public, guest_secret = new_pair()
    order = Order(settings, address, public, secret, guest_public)
    return order, ClientKeys(guest_public, guest_secret, public)
