"""SHA-256 of each .proto that this package was generated from."""

SOURCES: dict[str, str] = {
    "control.proto": "604f444d4d0fa4cedb92a5fc17bbc9674152cc5723ee24fff694da386b5c679c",
    "face.proto": "23ede31051d54d98b04c81840878da6cb65db77cde2dc3cf6229e26eece236e5",
}
