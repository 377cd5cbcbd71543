"""One worker: nets loaded once, one video after the other."""

from collections.abc import Callable
from glob import escape

from avatar_bridge.batch.job import Job, Outcome, Progress
from avatar_bridge.capture.base import Source
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.config import Config
from avatar_bridge.errors import AvatarBridgeError
from avatar_bridge.export.files import write_take
from avatar_bridge.offline import OfflineTracker

PROGRESS_S = 0.5  # between two words on one job


class Worker:
    """Does jobs.

    Args:
        settings: as JSON of a `Config`, since workers may be other processes on other machines.
        format_name: of the takes, as `export.files` knows it.

    Raises:
        AvatarBridgeError: these settings cannot be used, whatever the video.
    """

    def __init__(self, settings: str, format_name: str) -> None:
        self._tracker = OfflineTracker(Config.model_validate_json(settings))
        self._format = format_name
        self._clock = SystemClock()

    def do(self, job: Job, tell: Callable[[Progress], None] = lambda progress: None) -> Outcome:
        """Make one take; whatever is wrong with its video becomes the outcome's error.

        Args:
            job: what to do.
            tell: called now and then, in this thread.
        """
        started_ns = told_ns = self._clock.now_ns()

        def note(source: Source, count: int) -> None:
            nonlocal told_ns
            now_ns = self._clock.now_ns()
            if now_ns - told_ns >= PROGRESS_S * NS_PER_S:
                told_ns = now_ns
                tell(Progress(job, count, source.frame_count))

        try:
            take = self._tracker.track(str(job.source), note)
            job.output.parent.mkdir(parents=True, exist_ok=True)
            for part in job.output.parent.glob(f".{escape(job.output.name)}*.part"):
                part.unlink(missing_ok=True)  # of a worker that was killed while it wrote
            write_take(job.output, take, name=self._format)
        except AvatarBridgeError as error:
            return self._failed(job, str(error), started_ns)
        except OSError as error:
            return self._failed(job, f"{job.output}: {error.strerror or error}", started_ns)
        except Exception as error:  # noqa: BLE001 - one video must not end the others
            return self._failed(job, f"{type(error).__name__}: {error}", started_ns)
        seconds = (self._clock.now_ns() - started_ns) / NS_PER_S
        return Outcome(job, len(take), int(take.tracked.sum()), seconds)

    def _failed(self, job: Job, reason: str, started_ns: int) -> Outcome:
        seconds = (self._clock.now_ns() - started_ns) / NS_PER_S
        return Outcome(job, seconds=seconds, error=" ".join(reason.split()))
