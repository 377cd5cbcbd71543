"""The page at `/`: the avatar large, the camera beside it, what is read below, and the controls."""

from typing import Any

from nicegui import ui

from avatar_bridge.dashboard.desk import Desk
from avatar_bridge.dashboard.panels.base import Panel, button
from avatar_bridge.dashboard.panels.calibration import CalibrationPanel
from avatar_bridge.dashboard.panels.mapping import MappingPanel
from avatar_bridge.dashboard.panels.outputs import OutputsPanel
from avatar_bridge.dashboard.panels.preview import PreviewPanel
from avatar_bridge.dashboard.panels.recording import RecordingPanel
from avatar_bridge.dashboard.panels.response import ResponsePanel
from avatar_bridge.dashboard.panels.source import SourcePanel

TITLE = "Avatar Bridge"
_HEAD = """
<link rel="stylesheet" href="/static/ab/widgets.css">
<link rel="stylesheet" href="/static/ab/page.css">
<script src="/static/ab/theme.js"></script>
<script type="module" src="/static/ab/boot.js"></script>
<script type="module" src="/static/ab/page.js"></script>
"""
_TABS = (
    ("shapes", "Blendshapes", "ab-bars"),
    ("units", "Action units", "ab-units"),
    ("head", "Head and gaze", "ab-pose"),
    ("speed", "Speed", "ab-charts"),
    ("response", "Response", ""),
    ("preview", "Preview", ""),
)
_KEYS = (
    ("Space", "record, and stop"),
    ("C", "calibrate"),
    ("M", "mirror"),
    ("S", "controls"),
    ("D", "dark or light"),
    ("F", "the avatar alone"),
    ("?", "this list"),
)
_SHOW_S = 1.0  # between two looks of the panels at the settings


def add_page(desk: Desk) -> None:
    """Tell NiceGUI of it."""

    @ui.page("/", title=TITLE)
    def main() -> None:
        _Main(desk)


class _Main:
    """One open page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        ui.add_head_html(_HEAD)
        self._help = _help()
        record = self._header()
        ui.html('<div id="ab-notice" role="status"></div>', sanitize=False)
        ui.html('<button class="ab-button" data-do="clean">back</button>', sanitize=False).classes(
            "ab-back"
        )
        with ui.element("main").classes("ab-main"):
            with ui.element("div").classes("ab-left"):
                _card("ab-area-stage", "ab-stage", "Avatar")
                lower = self._tabs()
            with ui.element("div").classes("ab-right"):
                _card("ab-area-camera", "ab-camera", "Camera")
                _card("ab-area-wheel", "ab-wheel", "Emotion")
        self._drawer = ui.right_drawer(value=False, fixed=True, bordered=False)
        self._drawer.classes("ab-drawer").props('overlay width=380 aria-label="controls"')
        with self._drawer:
            with ui.row().classes("ab-line ab-drawer-head"):
                ui.label("Controls").classes("ab-dialog-title ab-grow")
                _icon("close", "Close (Esc)").on_click(self._drawer.hide)
            self._source = SourcePanel(desk)
            self._calibration = CalibrationPanel(desk)
            mapping = MappingPanel(desk)
            self._recording = RecordingPanel(desk, record)
            outputs = OutputsPanel(desk)
        self._panels: tuple[Panel, ...] = (
            self._source,
            self._calibration,
            mapping,
            self._recording,
            outputs,
            *lower,
        )
        self._shown: object = None
        ui.on("ab-key", self._pressed)
        ui.timer(_SHOW_S, self._show)

    def _header(self) -> ui.button:
        with ui.element("header").classes("ab-header"):
            ui.html(MARK, sanitize=False).classes("ab-logo").props('aria-hidden="true"')
            ui.label(TITLE).classes("ab-title")
            ui.html(_METERS, sanitize=False).classes("ab-meters")
            record = button("Record", "fiber_manual_record", None, tip="Record (Space)")
            record.classes("ab-record").props('aria-pressed="false"')
            calibrate = button("Calibrate", "center_focus_strong", None, tip="Calibrate (C)")
            calibrate.on_click(lambda: self._calibration.open())
            _icon("dark_mode", "Dark or light (D)").props("data-do=theme")
            _icon("fullscreen", "The avatar alone (F)").props("data-do=clean")
            _icon("help_outline", "Keys (?)").on_click(self._help.open)
            controls = button("Controls", "tune", lambda: self._drawer.toggle(), flat=False)
            controls.props('title="Controls (S)" aria-label="Controls"').classes("ab-controls")
        return record

    def _tabs(self) -> tuple[Panel, ...]:
        with ui.element("section").classes("ab-card ab-area-tabs"):
            with ui.tabs().props("dense no-caps align=left inline-label") as tabs:
                for name, label, _ in _TABS:
                    ui.tab(name, label)
            with ui.tab_panels(tabs, value=_TABS[0][0], animated=False):
                for name, _, widget in _TABS:
                    with ui.tab_panel(name).classes(f"ab-tab ab-tab-{name}"):
                        if widget:
                            ui.element("div").props(f"id={widget}")
                        elif name == "response":
                            response = ResponsePanel(self._desk)
                        else:
                            preview = PreviewPanel(self._desk)
        ui.on("ab-shape", lambda: tabs.set_value("response"))
        return response, preview

    async def _show(self) -> None:
        """Show how the bridge is set, where that is news."""
        settings = self._desk.settings
        if settings is self._shown:
            return
        self._shown = settings
        if settings is not None:
            for panel in self._panels:
                panel.show(settings)

    async def _pressed(self, event: Any) -> None:
        match event.args:
            case " ":
                await self._recording.toggle()
            case "c":
                self._calibration.open()
            case "m":
                await self._source.flip()
            case "s":
                self._drawer.toggle()
            case "?":
                self._help.open()
            case "escape":
                self._drawer.hide()


MARK = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="30" height="30"><defs>
<linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop stop-color="#8f88ff"/><stop offset="1"
stop-color="#ff8fa3"/></linearGradient></defs><rect width="32" height="32" rx="10" fill="url(#g)"/>
<path d="M9.5 12.5v2m13-2v2M9 19.5c3.2 5 10.800 5 14 0" stroke="#fff" stroke-width="2.6"
stroke-linecap="round" fill="none"/></svg>"""
_METERS = """
<span class="ab-source"><i id="ab-state" aria-hidden="true"></i><b id="ab-source">…</b></span>
<span class="ab-meter"><b id="ab-fps">-</b> fps</span>
<span class="ab-meter" title="from the picture to the weights: median / 95th percentile"><b
id="ab-latency">-</b> ms</span>
<span class="ab-meter"><b id="ab-drops">-</b> dropped</span>
"""


def _icon(name: str, tip: str) -> ui.button:
    made = ui.button(icon=name, color=None).classes("ab-icon")
    return made.props(f'flat round dense title="{tip}" aria-label="{tip}"')


def _card(area: str, widget: str, title: str) -> None:
    with ui.element("section").classes(f"ab-card {area}").props(f'aria-label="{title}"'):
        ui.element("div").props(f"id={widget}")


def _help() -> ui.dialog:
    with ui.dialog() as dialog, ui.card().classes("ab-dialog"):
        ui.label("Keys").classes("ab-dialog-title")
        with ui.element("dl").classes("ab-keys"):
            for key, does in _KEYS:
                with ui.element("dt"):
                    ui.html(f"<kbd>{key}</kbd>", sanitize=False)
                with ui.element("dd"):
                    ui.label(does)
        ui.label("Drop a .glb or .vrm file onto the avatar to use it.").classes("ab-hint-line")
        ui.label("For OBS: a browser source of this address with /stage.").classes("ab-hint-line")
        with ui.row().classes("ab-line ab-end"):
            button("Close", "close", dialog.close)
    return dialog
