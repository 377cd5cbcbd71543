"""What an output is.

A sink's module exposes `create(clock, **options) -> Sink`, where options are the strings that a
user wrote. It opens its socket or file there and raises SinkError when it cannot.

The bridge calls a sink from one thread. `publish` runs once per face and frame and must return
at once: a sink that has to wait drops. What a method raises as SinkError is logged once, and the
sink is left alone for a while; the other sinks never notice.
"""

from typing import Protocol, runtime_checkable

from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, Frame, StreamInfo
from avatar_bridge.wire.picture import PreviewPicture


class Sink(Protocol):
    """An output of face states."""

    def publish(self, state: FaceState) -> None:
        """Send one face of one frame, fresh from the pipeline."""
        ...

    def describe(self, info: StreamInfo) -> None:
        """Say what the stream carries: at the start, on every change and once a second."""
        ...

    def report(self, status: StreamStatus) -> None:
        """Say how the stream is doing: once a second."""
        ...

    def close(self) -> None:
        """Release sockets and files; never raises, never waits."""
        ...


@runtime_checkable
class Viewer(Protocol):
    """A sink that takes the pictures, too."""

    def see(self, frame: Frame) -> None:
        """Take a picture, from the capturing thread; as `publish`, it must return at once."""
        ...


@runtime_checkable
class Shower(Protocol):
    """A sink that takes pictures that were made, too."""

    def show(self, picture: PreviewPicture) -> None:
        """Take a picture, from the thread of `publish`; as that, it must return at once."""
        ...


@runtime_checkable
class Stateful(Protocol):
    """A sink that knows more of its receiver than that nothing failed."""

    @property
    def state(self) -> str:
        """A few words for people, from any thread; "running" where all is well."""
        ...


class QuietSink:
    """A sink that does nothing: for those that care about one of the calls only."""

    def publish(self, state: FaceState) -> None:
        pass

    def describe(self, info: StreamInfo) -> None:
        pass

    def report(self, status: StreamStatus) -> None:
        pass

    def close(self) -> None:
        pass
