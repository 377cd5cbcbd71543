"""Give whatever reads bytes of strangers as many broken inputs as it is told, and count.

    python scripts/fuzz.py --count 1000000                  # random breakage, shared out by speed
    python scripts/fuzz.py --seconds 60 --target profile    # one target, for a minute
    python scripts/fuzz.py --atheris --seconds 60 --target face   # guided by coverage

A fault is an exception that is not an AvatarBridgeError of one line; each new one is printed with
its input in hexadecimal. The last way needs `pip install ".[fuzz]"`. Targets are those of
`tests/fuzz/fuzz_targets.py`, which the tests try with a few thousand inputs; the engines' clients
have `scripts/fuzz_clients.py`.
"""

import argparse
import logging
import random
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

TESTS = Path(__file__).resolve().parents[1] / "tests"
TURN = 100  # inputs of one target before the next one
MAX_SHOWN = 500  # bytes of an input


@dataclass
class Tally:
    """What became of one target's inputs."""

    inputs: int = 0
    read: int = 0
    worst_s: float = 0.0
    seconds: float = 0.0
    grown_kb: int = 0
    faults: dict[str, str] = field(default_factory=dict)  # by type and place

    def note(self, targets: ModuleType, target: Any, data: bytes) -> None:
        """Try one input."""
        start = time.perf_counter()
        try:
            target.run(data)
            fault: Exception | None = None
            self.read += 1
        except targets.AvatarBridgeError as error:
            fault = AssertionError("more than one line") if "\n" in str(error) else None
        except Exception as error:  # noqa: BLE001 - which one is what is asked
            fault = error
        took = time.perf_counter() - start
        self.inputs += 1
        self.seconds += took
        self.worst_s = max(self.worst_s, took)
        if fault is not None:
            trace = traceback.extract_tb(fault.__traceback__)
            place = (
                f"{type(fault).__name__} at {trace[-1].name}:{trace[-1].lineno}" if trace else ""
            )
            if place not in self.faults:
                self.faults[place] = str(fault)
                own = [f"{Path(f.filename).name}:{f.lineno}" for f in trace]
                sys.stderr.write(
                    f"{place}: {fault}\n  {' '.join(own)}\n  {data[:MAX_SHOWN].hex()}\n"
                )


def memory_kb() -> int:
    """What this process holds now, in kB; 0 where the system does not say."""
    try:
        fields = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in fields if line.startswith("VmRSS"))


def break_at_random(
    targets: ModuleType, chosen: dict[str, Any], count: int, seconds: float, seed: int
) -> dict[str, Tally]:
    """Try targets in turns until so many inputs or so many seconds have gone by."""
    from mutations import mutate

    tallies = {name: Tally() for name in chosen}
    chance = random.Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end and sum(t.inputs for t in tallies.values()) < count:
        for name, target in chosen.items():
            tally, before, started = tallies[name], memory_kb(), time.monotonic()
            for _ in range(50):  # the quick ones get more inputs in their turn
                for _ in range(TURN // 10):
                    data = mutate(chance.choice(target.seeds), chance)
                    tally.note(targets, target, data)
                if time.monotonic() - started > 0.05:
                    break
            if tally.inputs > 20 * TURN:  # what the first ones load is no growth
                tally.grown_kb += memory_kb() - before
    return tallies


def break_by_coverage(targets: ModuleType, name: str, target: Any, seconds: float) -> None:
    """Let atheris look for inputs that reach new code; ends the process."""
    import atheris
    from mutations import LONGEST

    tally = Tally()
    end = time.monotonic() + seconds

    def once(data: bytes) -> None:
        nonlocal end
        tally.note(targets, target, data)
        if time.monotonic() > end:  # libFuzzer ends the process without a word to Python
            show({name: tally})
            end = float("inf")

    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(target.seeds):
            Path(corpus, str(number)).write_bytes(seed)
        options = [f"-max_total_time={round(seconds) + 2}", f"-max_len={LONGEST}"]
        options += ["-rss_limit_mb=4096", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *options, corpus], once)
        atheris.Fuzz()


def show(tallies: dict[str, Tally]) -> int:
    """Print the table; gives how many faults there are."""
    row = "{:14} {:>9} {:>7} {:>9} {:>9} {:>9} {:>7}\n"
    sys.stdout.write(row.format("target", "inputs", "read", "mean µs", "worst ms", "+kB", "faults"))
    for name, t in tallies.items():
        read = f"{100 * t.read / max(1, t.inputs):.0f} %"
        mean = f"{1e6 * t.seconds / max(1, t.inputs):.0f}"
        worst = f"{1e3 * t.worst_s:.1f}"
        sys.stdout.write(row.format(name, t.inputs, read, mean, worst, t.grown_kb, len(t.faults)))
    total = sum(t.inputs for t in tallies.values())
    faults = sum(len(t.faults) for t in tallies.values())
    sys.stdout.write(f"{total} inputs, {faults} faults\n")
    sys.stdout.flush()
    return faults


def load(instrumented: bool) -> ModuleType:
    """The targets, their readers told to report coverage if asked."""
    sys.path[:0] = [str(TESTS), str(TESTS / "fuzz")]
    if not instrumented:
        import fuzz_targets

        return fuzz_targets
    import atheris

    with atheris.instrument_imports(include=["avatar_bridge"]):
        import fuzz_targets
    return fuzz_targets


def main() -> int:
    """Fuzz, and tell by the exit status whether there was a fault."""
    parser = argparse.ArgumentParser(description="Broken inputs for all that reads them.")
    parser.add_argument("--target", action="append", help="one of them; else all")
    parser.add_argument("--count", type=int, default=sys.maxsize, help="inputs in all")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="guided by coverage; one target")
    options = parser.parse_args()
    targets = load(options.atheris)
    logging.getLogger("avatar_bridge").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        known = targets.make_targets(Path(folder))
        names = options.target or list(known)
        if not set(names) <= set(known) or (options.atheris and len(names) != 1):
            sys.stderr.write(f"expected one --target of {', '.join(known)}, got {names}\n")
            return 2
        chosen = {name: known[name] for name in names}
        if options.atheris:
            break_by_coverage(targets, names[0], chosen[names[0]], options.seconds)
        tallies = break_at_random(targets, chosen, options.count, options.seconds, options.seed)
    return int(show(tallies) > 0)


if __name__ == "__main__":
    sys.exit(main())
