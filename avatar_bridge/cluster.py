"""The one place that imports Ray."""

import logging
import os
from importlib import import_module
from typing import Any

from avatar_bridge.errors import ConfigError

LOCAL = "local"  # the address of a cluster that is started here, and ends with this process
_INSTALL = 'pip install "avatar-bridge[ray]"'


def join_cluster(address: str) -> Any:
    """The module `ray`, connected; `shutdown` of it lets the cluster go.

    Args:
        address: of the cluster, as Ray takes it, or `local`.

    Raises:
        ConfigError: Ray is not installed, or there is no cluster at the address.
    """
    # Ray reads these when it is imported.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anyone
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # its future default
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "error")  # what is wrong is told in one line
    try:
        ray = import_module("ray")
    except ImportError as error:
        raise ConfigError(f"--ray needs Ray: {_INSTALL} ({error})") from error
    try:
        ray.init(
            address=address,
            include_dashboard=False if address == LOCAL else None,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except Exception as error:  # among what it raises is `Exception` itself
        reason = " ".join(str(error).split())
        raise ConfigError(f"expected a Ray cluster at {address}, got: {reason}") from error
    return ray
