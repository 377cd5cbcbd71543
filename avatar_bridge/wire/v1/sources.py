"""SHA-256 of each .proto that this package was generated from."""

SOURCES: dict[str, str] = {
    "control.proto": "604f444d4d0fa4cedb92a5fc17bbc9674152cc5723ee24fff694da386b5c679c",
    "face.proto": "2077286a94e75577bb8afa7eca1ce9c6e9f95ad661a6115010b5f3a703eb340a",
}
