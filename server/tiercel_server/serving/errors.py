"""What a request is answered with when it can't be served."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818  (it is an answer, no error of ours)
    """A status and a sentence that says why; the answer is JSON in the shape of Kestra's errors."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def not_found(what: str) -> Refusal:
    """404 for something that isn't there."""
    return Refusal(404, f"{what} not found")


def error_body(message: str) -> dict[str, object]:
    """The shape of Kestra's errors."""
    return {"message": message, "_links": {}, "_embedded": {"errors": [{"message": message}]}}
