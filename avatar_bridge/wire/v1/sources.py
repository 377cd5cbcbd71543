"""SHA-256 of each .proto that this package was generated from."""

SOURCES: dict[str, str] = {
    "control.proto": "604f444d4d0fa4cedb92a5fc17bbc9674152cc5723ee24fff694da386b5c679c",
    "face.proto": "271ee85300779100678df5f0964b7431e26e4ce9384cd429b52b0ec65d4d6578",
}
