"""Previews beside the stream: their pictures are made in a process of their own.

```
capturing thread ── frames ──► shelf ┐
pipeline's thread ── states ─────────┴─► the newest job ──► preview thread ◄──► the process
control thread ── single pictures ─────► a queue ────────────────┘  │
pipeline's thread ◄── the newest picture ───────────────────────────┘
```

A job that waits is replaced by a newer one; single pictures come first.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import CaptureError, ConfigError, ModelError
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.preview.base import LIVE, UNITS, PreviewAsk, PreviewSettings
from avatar_bridge.preview.expression import Expression, emotion_scores, of_weights, strongest
from avatar_bridge.preview.generator import choose_generator, generator_names
from avatar_bridge.preview.job import Job
from avatar_bridge.preview.portrait import check_large, choose_face, decode_picture
from avatar_bridge.preview.process import Child, LostError
from avatar_bridge.preview.view import Shelf, cut_view, shrink
from avatar_bridge.types import Blendshapes, FaceState, Frame, Image, Landmarks
from avatar_bridge.wire.picture import ImageKind, PreviewPicture

LIVE_SIDE = 384  # pixels of a picture of topic `preview`, at most
LIVE_HEAD_SIDE = 256  # pixels of the built-in head there: drawing it costs more than a net
LONGEST_SIDE = 2048  # pixels of a picture that is asked for, at most
PATIENCE_S = 30.0  # for a picture that is asked for
_JOIN_S = 2.0

Find = Callable[[Image], Sequence[Landmarks]]
Weights = Callable[[Mapping[str, float], Mapping[str, float]], Blendshapes]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """A face in the source's newest picture; frame is None where the source has no pictures."""

    state: FaceState
    frame: Frame | None


class LivePreviewer:
    """What `base.Previewer` says.

    Args:
        store: the installed models.
        clock: paces the pictures.
        weights: action units and emotions by name → the 52, as `Retargeter.map`.
        find: the landmarks of all faces of a picture; None where nothing here reads pictures.
            Called in the control thread.
        settings: what to begin with.

    Raises:
        ConfigError: no such generator.
        UnsupportedError: no generator is installed, and one is needed from the start.
    """

    def __init__(
        self,
        store: ModelStore,
        clock: Clock,
        weights: Weights,
        find: Find | None = None,
        settings: PreviewSettings | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._weights = weights
        self._find = find
        self._child = Child(store.folder, clock)
        self._shelf = Shelf()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._asked: deque[tuple[Job, Future[PreviewPicture]]] = deque()
        self._waiting: tuple[_Moment, PreviewSettings] | None = None
        self._made: PreviewPicture | None = None
        self._moments: tuple[_Moment, ...] = ()
        self._next_ns = 0
        self._failed = ""
        self._settings = PreviewSettings()
        self._fixed: Expression | None = None  # what is shown, unless the face decides it
        self.set(settings or PreviewSettings())

    @cached_property
    def generators(self) -> tuple[str, ...]:
        return generator_names(self._store)

    @property
    def settings(self) -> PreviewSettings:
        return self._settings

    def set(self, settings: PreviewSettings) -> None:
        if settings.fps and settings.kind is ImageKind.GENERATED:
            choose_generator(settings.net, settings.emotion, self.generators)
        fixed = None
        if settings.emotion not in (LIVE, UNITS):
            fixed = self._expression(settings.emotion, settings.intensity, {})
        with self._news:
            self._settings, self._fixed = settings, fixed
            self._waiting = self._made = None
            self._failed = ""

    def make(self, ask: PreviewAsk) -> PreviewPicture:
        job = self._job(ask)
        future: Future[PreviewPicture] = Future()
        with self._news:
            if self._closing:
                raise ModelError("expected a running preview, got one that is closed")
            self._asked.append((job, future))
            self._wake()
        try:
            return future.result(PATIENCE_S)
        except TimeoutError as error:
            raise ModelError(f"expected a picture within {PATIENCE_S:.0f} s, got none") from error

    def see(self, frame: Frame) -> None:
        self._shelf.put(frame)

    def follow(self, states: tuple[FaceState, ...]) -> None:
        if not states:
            return
        frame = self._shelf.find(states[0].frame_index)
        self._moments = tuple(_Moment(state, frame) for state in states)
        settings, now_ns = self._settings, self._clock.now_ns()
        if not settings.fps or now_ns < self._next_ns:
            return
        moment = self._choose(settings)
        if moment is None:
            return
        # From when it was due, so that the rate holds; from now after a pause.
        step_ns = round(NS_PER_S / settings.fps)
        self._next_ns = max(self._next_ns + step_ns, now_ns)
        with self._news:
            self._waiting = (moment, settings)
            self._wake()

    def take(self) -> PreviewPicture | None:
        with self._news:
            made, self._made = self._made, None
            return made

    def close(self) -> None:
        with self._news:
            self._closing = True
            self._news.notify_all()
        self._child.close()
        if self._thread is not None:
            self._thread.join(_JOIN_S)

    def _choose(self, settings: PreviewSettings) -> _Moment | None:
        """The face that the stream of pictures shows: the first that can be."""
        if settings.kind is ImageKind.HEAD:
            return self._moments[0]
        return next((m for m in self._moments if m.state.tracked and m.frame is not None), None)

    def _wake(self) -> None:
        """With the lock held: there is something to do."""
        if self._thread is None and not self._closing:
            self._thread = threading.Thread(target=self._work, name="preview", daemon=True)
            self._thread.start()
        self._news.notify_all()

    def _work(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._closing or self._asked or self._waiting)
                if self._closing:
                    break
                asked = self._asked.popleft() if self._asked else None
                waiting = None
                if asked is None:
                    waiting, self._waiting = self._waiting, None
            if asked is not None:
                self._answer(*asked)
            elif waiting is not None:
                self._show(*waiting)
        for _, future in self._asked:
            future.set_exception(ModelError("the preview was closed"))

    def _answer(self, job: Job, future: "Future[PreviewPicture]") -> None:
        try:
            future.set_result(self._child.do(job))
        except Exception as error:  # noqa: BLE001 - raised in the thread that asked
            future.set_exception(error)

    def _show(self, moment: _Moment, settings: PreviewSettings) -> None:
        try:
            made = self._child.do(self._live_job(moment, settings))
        except Exception as error:  # noqa: BLE001 - the thread goes on, and so does the stream
            if not self._failed and not self._closing:
                again = "; trying again" if isinstance(error, LostError) else ""
                _log.warning("preview: %s%s", error, again)
            self._failed = str(error)
            return
        if self._failed:
            _log.warning("preview: works again")
        self._failed = ""
        with self._news:
            if settings is self._settings:
                self._made = made

    def _live_job(self, moment: _Moment, settings: PreviewSettings) -> Job:
        state = moment.state
        if settings.emotion == UNITS:
            expression = of_weights(state.blendshapes)
        else:
            live = Expression(*strongest(state.emotions), state.blendshapes)
            expression = self._fixed or live
        if settings.kind is ImageKind.HEAD:
            return Job(
                settings.kind,
                expression,
                state.captured_ns,
                state.face_id,
                side=LIVE_HEAD_SIDE,
                orientation=state.head_pose.orientation,
            )
        net = choose_generator(settings.net, expression.name, self.generators)
        return self._face_job(moment, expression, net)

    def _face_job(self, moment: _Moment, expression: Expression, net: str) -> Job:
        state, frame = moment.state, moment.frame
        if frame is None or state.landmarks is None:
            raise CaptureError("expected a face in the newest picture, got none")
        check_large(state.landmarks)
        view = cut_view(frame.image, state.landmarks, LIVE_SIDE)
        return Job(
            ImageKind.GENERATED,
            expression,
            state.captured_ns,
            state.face_id,
            net,
            view.image,
            view.landmarks,
            view.source_size,
        )

    def _job(self, ask: PreviewAsk) -> Job:
        name = ask.emotion or UNITS
        expression = self._expression(name, ask.intensity, ask.action_units)
        if ask.kind is ImageKind.HEAD:
            return Job(ask.kind, expression, self._clock.now_ns(), ask.face_id)
        net = choose_generator(ask.net, name, self.generators)
        if not ask.image:
            return self._face_job(self._newest(ask.face_id), expression, net)
        if self._find is None:
            raise ConfigError("expected a source of pictures, got one of readings")
        image = decode_picture(ask.image)
        landmarks = choose_face(self._find(image))
        view = shrink(image, landmarks, LONGEST_SIDE)
        now_ns = self._clock.now_ns()
        return Job(
            ask.kind,
            expression,
            now_ns,
            net=net,
            image=view.image,
            landmarks=view.landmarks,
            source_size=view.source_size,
        )

    def _expression(
        self, name: str, intensity: float, action_units: Mapping[str, float]
    ) -> Expression:
        if name == UNITS:
            return of_weights(self._weights(action_units, {}))
        shown = self._weights({}, emotion_scores(name, intensity))
        return Expression(name, intensity, shown)

    def _newest(self, face_id: int) -> _Moment:
        """The face of this number in the newest picture; of 0, the largest."""
        seen = [m for m in self._moments if m.state.tracked and m.frame is not None]
        if face_id:
            seen = [moment for moment in seen if moment.state.face_id == face_id]
        if not seen:
            which = f"face {face_id}" if face_id else "a face"
            raise CaptureError(f"expected {which} in the newest picture, got none")
        return max(seen, key=lambda m: float(m.state.box[2] - m.state.box[0]))
