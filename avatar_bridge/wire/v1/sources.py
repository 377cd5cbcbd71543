"""SHA-256 of each .proto that this package was generated from."""

SOURCES: dict[str, str] = {
    "control.proto": "629425f9933ac89ede9a3b504ad1e19ecb5f3e36d7d2e4c7a60e6cc6bee902c0",
    "face.proto": "38400621dd5bdfd5a08da489d442895dd3e815b6954e1800ab03fbaba53be027",
    "frame.proto": "66761abd0d231b606ce414d2d7701241331d2c236cddf6ace46aa75d9e9e14b8",
}
