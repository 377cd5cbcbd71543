import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.wire.address import check_address, require_loopback

LOCAL = [
    "tcp://127.0.0.1:5570",
    "tcp://127.8.0.1:*",
    "tcp://localhost:5570",
    "tcp://[::1]:5570",
    "ipc:///tmp/face",
]
OPEN = ["tcp://0.0.0.0:5570", "tcp://*:5570", "tcp://192.168.1.4:5570", "tcp://[::]:5570"]
BAD = [
    "",
    "5570",
    "127.0.0.1:5570",
    "tcp://127.0.0.1",
    "tcp://:5570",
    "tcp://127.0.0.1:0",
    "tcp://127.0.0.1:70000",
    "tcp://127.0.0.1:five",
    "udp://127.0.0.1:5570",
    "ipc://",
]


@pytest.mark.parametrize("address", LOCAL)
def test_this_machine_may_always_be_bound(address):
    assert require_loopback(address, allowed=False) == address


@pytest.mark.parametrize("address", OPEN)
def test_other_machines_need_the_users_word(address):
    assert require_loopback(address, allowed=True) == address
    with pytest.raises(ConfigError, match="--keys, or allow it with --insecure") as caught:
        require_loopback(address, allowed=False)
    assert address in str(caught.value)


@pytest.mark.parametrize("address", BAD)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ConfigError, match="expected an address like tcp:"):
        check_address(address)
