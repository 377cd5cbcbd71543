"""What a person sees of a run."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from avatar_bridge.training.loop import Report
from avatar_bridge.training.task import Judgement

_EVERY = 20  # steps between updates; reading a loss waits for nothing, drawing does
_NOTE_EVERY = 200  # steps between lines where there is no terminal to draw a bar on


class Progress:
    """A bar with the parts of the loss, and a line for each validation.

    Args:
        console: where to draw.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bar = Bar(*columns, console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("starting", total=1.0)

    def __enter__(self) -> "Progress":
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def show(self, report: Report) -> None:
        """Draw the state after a step."""
        if report.step % _EVERY:
            return
        parts = " ".join(f"{name} {value:.3f}" for name, value in report.losses.items())
        text = f"step {report.step} loss: {parts}, {report.images_per_second:.0f} images/s"
        self._bar.update(self._task, completed=report.progress, description=text)
        if not self._console.is_terminal and report.step % _NOTE_EVERY == 0:
            self._console.print(f"{report.progress:6.1%} {text}", highlight=False, soft_wrap=True)

    def note(self, step: int, judgement: Judgement) -> None:
        """Print a validation."""
        for name, scores in judgement.items():
            text = " ".join(f"{key} {value:.4f}" for key, value in scores.items())
            self._console.print(f"step {step} {name}: {text}", highlight=False, soft_wrap=True)
