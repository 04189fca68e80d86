"""Headers that every answer carries, and requests that are turned away at the door."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bunyad.web.problems import Problem, answer_problem
from bunyad.web.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; "
    "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """ASGI middleware: security headers, foreign pages, and bodies that are too large."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._host = urlsplit(settings.public_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = self._settings.largest_upload_mb * 1_000_000
        problem = self._refusal(scope, headers, most)
        if problem is not None:
            await answer_problem(problem)(scope, receive, self._adding(send))
            return
        taken = 0

        async def receive_some() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise Problem(413, "too-large", f"The body has more than {most // 1_000_000} MB.")
            return message

        await self._app(scope, receive_some, self._adding(send))

    def _refusal(self, scope: Scope, headers: Headers, most: int) -> Problem | None:
        """Say why a request is turned away, if it is."""
        if scope["method"] not in SAFE and "authorization" not in headers:
            site = headers.get("sec-fetch-site")
            origin = headers.get("origin")
            is_foreign = site not in (None, "same-origin", "none") or (
                origin is not None and urlsplit(origin).netloc not in (self._host, headers["host"])
            )
            if is_foreign:
                return Problem(
                    403, "foreign-page", "The request comes from another site's page.",
                    mend="Use the pages of this server, or an API token.",
                )  # fmt: skip
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > most:
            return Problem(
                413, "too-large", f"The body has more than {most // 1_000_000} MB.",
                mend="Send less, or ask for a larger limit.",
            )  # fmt: skip
        return None

    def _adding(self, send: Send) -> Send:
        """Return a `send` that adds the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", POLICY)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
                if self._settings.is_secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        return send_with_headers
