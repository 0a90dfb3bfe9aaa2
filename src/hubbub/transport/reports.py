"""What browsers report that a page of ours was kept from doing by its policy: a mistake of ours, or an attack."""

from typing import Final
from urllib.parse import urlsplit

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from hubbub.model.errors import Refused
from hubbub.services.rates import Rate, Rates
from hubbub.transport.address import Addresses
from hubbub.transport.body import read_body
from hubbub.wire.rest import STATUS, retry_after

log = structlog.get_logger("hubbub.csp")

REPORTS_PATH: Final = "/csp-reports"
_MEDIA: Final = "application/csp-report"  # pages of elsewhere can't send it without asking first
_BYTES: Final = 8 * 1024
_SECONDS: Final = 5.0
_OF_ADDRESS: Final = Rate(20, 0.2)
_OF_ALL: Final = Rate(100, 1)  # each is a line of the log
_SHOWN: Final = 200
_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class _Violation(msgspec.Struct, rename=lambda name: name.replace("_", "-")):
    effective_directive: str = ""
    violated_directive: str = ""
    blocked_uri: str = ""
    source_file: str = ""
    line_number: int = 0


class _Report(msgspec.Struct):
    violation: _Violation = msgspec.field(name="csp-report")


class CspReports:
    """Takes them from anybody, a few at a time. `count`: how many were taken."""

    def __init__(self, rates: Rates, addresses: Addresses) -> None:
        self._rates = rates
        self._addresses = addresses
        self._decoder = msgspec.json.Decoder(_Report)
        self.count = 0

    def route(self) -> Route:
        """`POST /csp-reports`: 204, or a line of text that says what is wrong."""
        return Route(REPORTS_PATH, self._take, methods=["POST"])

    async def _take(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip() != _MEDIA:
            return _refusal(415, f"Send {_MEDIA}.")
        try:
            self._rates.take(_OF_ADDRESS, "csp", self._addresses.of(request))
            self._rates.take(_OF_ALL, "csp")
            report = self._decoder.decode(await read_body(request, _BYTES, _SECONDS))
        except Refused as refusal:
            return _refusal(STATUS[refusal.code], refusal.message, dict(retry_after(refusal)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _refusal(400, "This is no report of a violated policy.")
        except ClientDisconnect:
            return Response(status_code=400)
        self._note(report.violation)
        return Response(None, 204, _HEADERS)

    def _note(self, violation: _Violation) -> None:
        """Without what a page shows, which may be private: neither samples nor queries."""
        self.count += 1
        log.warning(
            "csp_violation",
            directive=(violation.effective_directive or violation.violated_directive)[:_SHOWN],
            blocked=_place(violation.blocked_uri),
            source=_place(violation.source_file),
            line=violation.line_number,
        )


def _refusal(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return Response(f"{text}\n", status, _HEADERS | (headers or {}), "text/plain")


def _place(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "?"
    if not parts.netloc:  # `inline`, `data`, or what looks like an address and is none
        return (parts.scheme or parts.path)[:_SHOWN]
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:_SHOWN]
