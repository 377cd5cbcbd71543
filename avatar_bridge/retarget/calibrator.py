"""The calibrations of one run: measured, chosen, undone and kept."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from avatar_bridge.errors import ConfigError
from avatar_bridge.retarget.calibration import Calibration
from avatar_bridge.retarget.calibration_files import KEPT, CalibrationFiles, check_name
from avatar_bridge.retarget.measure import (
    NEUTRAL,
    Sight,
    carry_over,
    check_step,
    measure_most,
    measure_neutral,
)

LEVELS = KEPT  # changes that can be undone, and as many files can


@dataclass(frozen=True, slots=True)
class _Change:
    before: Calibration | None
    saved: str  # name of the file that it wrote, or empty


class Calibrator:
    """What is in use, and what was before; used by one thread.

    Args:
        net: name of the face net whose readings are measured.
        files: where calibrations are kept.
        current: in use at the start.
    """

    def __init__(
        self, net: str, files: CalibrationFiles, current: Calibration | None = None
    ) -> None:
        self._net = net
        self._files = files
        self._current = current
        self._changes: deque[_Change] = deque(maxlen=LEVELS)

    @property
    def current(self) -> Calibration | None:
        """The calibration in use."""
        return self._current

    def saved(self) -> tuple[str, ...]:
        """Names that `use` takes."""
        return self._files.names()

    def check(self, step: str, name: str) -> str:
        """The name under which a measurement would be kept; what is wrong is said before it.

        Raises:
            ConfigError: not a step or a name, or a strongest movement before any face at rest.
        """
        check_step(step)
        name = check_name(name) if name else ""
        if step == NEUTRAL:
            return name
        base = self._base(step, name)
        return name or base.name

    def _base(self, step: str, name: str) -> Calibration:
        """What a strongest movement is added to."""
        current = self._current
        if name and (current is None or name != current.name) and name in self._files.names():
            return self._files.load(name, self._net)
        if current is None:
            raise ConfigError(f"expected a neutral face to be measured before {step}")
        return current

    def measure(self, seen: Sequence[Sight | None], step: str, name: str, centre: bool) -> None:
        """Measure a step, use it, and keep it if it has a name.

        A face at rest that is measured again keeps the strongest movements, unless it gets the
        name of somebody else. A strongest movement is added to the saved one of its name, or else
        to the one in use.

        Args:
            seen: a second of the face; None where none was seen.
            step: of `measure.steps`.
            name: to keep it under; empty for this run only.
            centre: see `Calibration`; asked of a face at rest alone.

        Raises:
            CalibrationError: the face cannot be measured; nothing has changed then.
            ConfigError: as `check` says, or the file cannot be written.
        """
        name = self.check(step, name)
        if step == NEUTRAL:
            made = measure_neutral(seen, self._net, centre)
            if self._current is not None and name in ("", self._current.name):
                made = carry_over(made, self._current)
        else:
            made = measure_most(seen, step, self._base(step, name))
        made = made.model_copy(update={"name": name})
        if name:
            self._files.save(made)
        self._change(made, saved=name)

    def use(self, name: str) -> None:
        """Use a saved one.

        Raises:
            ConfigError: there is none of this name, or it is not for this net.
        """
        self._change(self._files.load(name, self._net))

    def clear(self) -> None:
        """Use none."""
        self._change(None)

    def undo(self) -> bool:
        """Go back to what was in use before the last change; False where there is nothing.

        A file that the change replaced comes back, too.

        Raises:
            ConfigError: the file cannot be written.
        """
        if not self._changes:
            return False
        change = self._changes[-1]
        if change.saved:
            self._files.undo(change.saved)
        self._changes.pop()
        self._current = change.before
        return True

    def _change(self, calibration: Calibration | None, saved: str = "") -> None:
        self._changes.append(_Change(self._current, saved))
        self._current = calibration
