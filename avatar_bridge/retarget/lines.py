"""Which line of a TOML file says what, since `tomllib` tells it of syntax only."""

import re
from bisect import bisect_left

Place = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_QUOTES = ('"""', "'''", '"', "'")


def lines_of(text: str) -> dict[Place, int]:
    """The line, from 1, of every key and array element.

    Args:
        text: valid TOML.

    Returns:
        ("shapes", "jawOpen", 0, "AU26") → 12, and the same for every shorter path.
    """
    return _Scan(text).lines


class _Scan:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._tables: dict[Place, int] = {}  # arrays of tables: how many so far
        self.lines: dict[Place, int] = {}
        self._document()

    def _document(self) -> None:
        base: Place = ()
        while self._skip():
            if self._text.startswith("[[", self._at):
                self._at += 2
                base = self._header()
                number = self._tables[base] = self._tables.get(base, -1) + 1
                base = (*base, number)
                self._at += 2
            elif self._text[self._at] == "[":
                self._at += 1
                base = self._header()
                self._at += 1
            else:
                self._pair(base)

    def _header(self) -> Place:
        found: Place = ()
        for key in self._keys(()):
            found = (*found, key)
            self._note(found)
        return found

    def _pair(self, base: Place) -> None:
        line = self._line()
        path = self._keys(base)
        for end in range(len(base) + 1, len(path) + 1):
            self.lines.setdefault(path[:end], line)
        self._at = self._text.index("=", self._at) + 1
        self._value(path)

    def _value(self, path: Place) -> None:
        self._skip()
        if self._text[self._at] == "{":
            self._at += 1
            while self._skip() and self._text[self._at] != "}":
                self._pair(path)
            self._at += 1
        elif self._text[self._at] == "[":
            self._at += 1
            index = 0
            while self._skip() and self._text[self._at] != "]":
                self._note((*path, index))
                self._value((*path, index))
                index += 1
            self._at += 1
        elif self._text.startswith(_QUOTES, self._at):
            self._string()
        else:
            self._take(_SCALAR)

    def _keys(self, base: Place) -> Place:
        path = base
        while True:
            self._skip()
            quoted = self._text.startswith(_QUOTES, self._at)
            path = (*path, self._string() if quoted else self._take(_BARE))
            self._skip()
            if not self._text.startswith(".", self._at):
                return path
            self._at += 1

    def _string(self) -> str:
        quote = next(q for q in _QUOTES if self._text.startswith(q, self._at))
        self._at += len(quote)
        start = self._at
        while not self._text.startswith(quote, self._at):
            self._at += 2 if self._text[self._at] == "\\" and quote[0] == '"' else 1
        end = self._at
        self._at += len(quote)
        while len(quote) > 1 and self._text.startswith(quote[0], self._at):
            self._at += 1  # a long string may end in quotes of its own
        return self._text[start:end]

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        assert match is not None  # the text is valid TOML
        self._at = match.end()
        return match.group()

    def _skip(self) -> bool:
        """Step over blanks, commas and comments; gives whether anything follows."""
        self._take(_BLANK)
        return self._at < len(self._text)

    def _line(self) -> int:
        return bisect_left(self._ends, self._at) + 1

    def _note(self, path: Place) -> None:
        self.lines.setdefault(path, self._line())
