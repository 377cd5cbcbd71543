"""Bytes of strangers: whatever they are, the answer is a value or one clear line."""

import random
from pathlib import Path

import pytest
from fuzz_targets import Target, attempt, make_targets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import mutate

from avatar_bridge.wire.v1 import control_pb2 as pb

ROUNDS = 150  # a target; `scripts/fuzz.py` goes on for as long as it is told
NAMES = (
    *("control", "face", "meta", "status", "camera frame", "picture", "image file", "profile"),
    *("take", "csv take", "jsonl take", "avatar", "key file", "vmc", "livelink", "ifacialmocap"),
)


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Target]:
    return make_targets(tmp_path_factory.mktemp("fuzz"))


def test_all_targets_are_tried(targets: dict[str, Target]) -> None:
    assert set(targets) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_broken_inputs_are_refused_in_one_line(targets: dict[str, Target], name: str) -> None:
    chance = random.Random(name)
    target = targets[name]
    for _ in range(ROUNDS):
        data = mutate(chance.choice(target.seeds), chance)
        fault = attempt(target, data)
        assert fault is None, f"{fault!r} of {data[:200]!r}"


@pytest.mark.parametrize("name", NAMES)
@settings(
    derandomize=True,
    max_examples=40,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.binary(max_size=256))
def test_any_bytes_are_refused_in_one_line(
    targets: dict[str, Target], name: str, data: bytes
) -> None:
    fault = attempt(targets[name], data)
    assert fault is None, repr(fault)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("profile", "key file")])
def test_what_is_whole_is_read(targets: dict[str, Target], name: str) -> None:
    for seed in targets[name].seeds:
        targets[name].run(seed)


def test_noise_is_the_same_every_time() -> None:
    seed = Path(__file__).read_bytes()
    assert mutate(seed, random.Random(3)) == mutate(seed, random.Random(3))


@pytest.mark.parametrize(
    "body",
    [
        {"set_profile": {"name": "x" * 1_000_000}},
        {"map": {"action_units": {"x" * 1_000_000: 1.0}}},
        {"calibrate": {"name": "x" * 1_000_000, "action": pb.CALIBRATION_ACTION_USE}},
        {"map": {"action_units": {"AU12": float("nan")}}},
        {"map": {"emotions": {"happiness": float("inf")}}},
    ],
    ids=["profile", "unit", "calibration", "not a number", "infinite"],
)
def test_a_long_or_endless_value_is_refused_in_a_short_line(
    targets: dict[str, Target], body: dict[str, object]
) -> None:
    request = pb.ControlRequest(schema_version=1, **body)
    targets["control"].run(request.SerializeToString())
