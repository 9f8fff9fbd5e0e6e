"""The one error of this room: a file that cannot be read, with advice."""

from __future__ import annotations


class IngestError(Exception):
    """A file that cannot be read.

    `code` is a short stable word (`empty`, `encrypted`, `damaged`, `unsupported`, `needs-ocr`, `needs-program`,
    `too-large`, `too-slow`); `advice` says in plain words what a person can do.
    """

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[type[IngestError], tuple[str, str, str]]:
        return (type(self), (self.code, self.message, self.advice))

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()
