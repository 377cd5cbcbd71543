"""SHA-256 of each .proto that this package was generated from."""

SOURCES: dict[str, str] = {
    "control.proto": "656c5d6ddf75ebdb0dcffaad248174ad7cf80116980a64372cc16dd61f770d9a",
    "face.proto": "ce2fcbc188265b38657ae2b5d0d77c91cacbf040f4e0cb53726d56b656223dec",
}
