"""What the tests of the engines' clients share."""

import pytest
from mono import CORE, ENGINE, NUNIT, PACKAGE, UNITY, Compiler, sources


@pytest.fixture(scope="session")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    """A compiler whose folder has the client's core and the stand-ins of UnityEngine and NUnit."""
    made = Compiler(tmp_path_factory.mktemp("unity"))
    made.finish(
        made.start(CORE, sources(PACKAGE / "Runtime/Core")),
        made.start(ENGINE, sources(UNITY / "UnityStandIns/UnityEngine"), strict=False),
        made.start(NUNIT, sources(UNITY / "UnityStandIns/NUnit"), strict=False),
    )
    return made
