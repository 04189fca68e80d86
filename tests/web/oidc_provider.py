"""A small OpenID Connect provider on loopback: discovery, PKCE, ID tokens signed with RS256."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "bunyad", "a secret of the two"


class SmallProvider:
    """Signs in whoever `person` says, and can be told to lie."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.person: dict[str, Any] = {
            "sub": "1234", "email": "aysel@ministry.example", "email_verified": True,
            "name": "Aysel",
        }  # fmt: skip
        self.lies: dict[str, Any] = {}
        """Claims of ID tokens that are other than they should be."""
        self.key = _new_key()
        self.signs_with = self.key
        self.says_person_elsewhere = False
        self.asked: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
            ]
        )

    async def _describe(self, _request: Request) -> Response:
        ways = {
            "authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys",
            "userinfo_endpoint": "userinfo",
        }  # fmt: skip
        paths = {key: f"{self.issuer}/{path}" for key, path in ways.items()}
        return JSONResponse({"issuer": self.issuer, **paths})

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self._codes.pop(form["code"], None)
        proof = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        is_client = request.headers.get("authorization") in (f"Basic {proof}", f"Basic {plain}")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or not is_client or challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        moment = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": moment, "exp": moment + 300,
            "nonce": asked["nonce"],
            **({"sub": self.person["sub"]} if self.says_person_elsewhere else self.person),
            **self.lies,
        }  # fmt: skip
        header = {"alg": "RS256", "kid": self.signs_with.kid}
        return JSONResponse(
            {
                "access_token": "outside-access-token", "token_type": "Bearer", "expires_in": 300,
                "id_token": jwt.encode(header, claims, self.signs_with),
            }
        )  # fmt: skip

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer outside-access-token"
        return JSONResponse(self.person)

    def change_key(self) -> None:
        """Sign with another key from now on, and say so."""
        self.key = self.signs_with = _new_key()


def _new_key() -> RSAKey:
    key = RSAKey.generate_key(2048, auto_kid=True)
    assert key.kid
    return key


def other_key() -> RSAKey:
    """Return a key that the provider does not publish."""
    return _new_key()


@contextmanager
def running_provider() -> Iterator[SmallProvider]:
    """Run a provider on a free port of this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        provider = SmallProvider(f"http://127.0.0.1:{listening.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(provider.app(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],), name="provider")
        thread.start()
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join()
