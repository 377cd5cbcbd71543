import sys
from collections.abc import Iterator

import onnxruntime
import pytest

from avatar_bridge.inference import providers


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """The choice is made once a process: forget it around each test."""
    providers.choose_providers.cache_clear()
    yield
    providers.choose_providers.cache_clear()


def offer(monkeypatch: pytest.MonkeyPatch, available: list[str], loadable: set[str]) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: available)
    monkeypatch.setattr(providers, "_loads", lambda library: library.rsplit("/")[-1] in loadable)
    monkeypatch.setattr(
        onnxruntime, "preload_dlls", lambda: sys.stdout.write("Failed"), raising=False
    )


EVERYTHING = {providers._DRIVER, providers._CUDNN, *providers._PROVIDER_LIBRARIES}


def test_cuda_is_chosen_when_all_of_it_loads(monkeypatch, capsys) -> None:
    offer(monkeypatch, [providers.CUDA, providers.CPU], EVERYTHING)
    assert providers.choose_providers() == (providers.CUDA, providers.CPU)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("missing", sorted(EVERYTHING))
def test_half_a_cuda_is_none_and_prints_nothing(monkeypatch, capsys, missing: str) -> None:
    offer(monkeypatch, [providers.CUDA, providers.CPU], EVERYTHING - {missing})
    assert providers.choose_providers() == (providers.CPU,)
    assert capsys.readouterr() == ("", "")


def test_a_mac_takes_coreml(monkeypatch) -> None:
    offer(monkeypatch, [providers.COREML, providers.CPU], set())
    assert providers.choose_providers() == (providers.COREML, providers.CPU)
