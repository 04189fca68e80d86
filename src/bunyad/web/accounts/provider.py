"""
An OpenID Connect provider, as this server sees it: where its pages are, whether its word is true.

OpenID Connect Core 1.0, Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (issuer in the answer).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bunyad.web.problems import Problem
from bunyad.web.settings import OutsideIdentity

SCOPE = "openid email profile"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures with two keys only: one who knows the client's secret cannot sign."""
PATIENCE_S = 10.0
"""Time to wait for an answer of the provider [s]."""
FRESH_S = 3600.0
"""Time for which the provider's description counts [s]."""
LEEWAY_S = 60
"""By how much the provider's clock may differ [s]."""
DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What belongs together: the request that leaves and the answer that comes back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsider:
    """Who somebody is at the provider."""

    subject: str
    """Issuer and subject; never given to another person."""
    email: str
    """Address that the provider has checked; empty where it has not."""
    name: str


class Provider:
    """Asks one provider; keeps its description for an hour."""

    def __init__(self, settings: OutsideIdentity, *, back: str) -> None:
        self._settings = settings
        self._back = back
        self._described: tuple[float, dict[str, Any], KeySet] | None = None

    def page(self, visit: Visit) -> str:
        """Return where a browser is sent to sign in there."""
        document, _ = self._describe()
        with self._client() as client:
            address, _ = client.create_authorization_url(
                document["authorization_endpoint"], state=visit.state, nonce=visit.nonce,
                code_verifier=visit.verifier,
            )  # fmt: skip
        return str(address)

    def ask_who(self, code: str, visit: Visit) -> Outsider:
        """
        Return who came back with a code.

        Raises
        ------
        Problem
            401 where the provider's word does not hold; 502 where it does not answer.
        """
        document, _ = self._describe()
        try:
            with self._client() as client:
                token = client.fetch_token(
                    document["token_endpoint"], code=code, code_verifier=visit.verifier
                )
                claims = self._check(str(token["id_token"]), visit.nonce)
                if "email" not in claims and "userinfo_endpoint" in document:
                    claims = _add_words(claims, client.get(document["userinfo_endpoint"]).json())
        except httpx2.HTTPError as error:
            raise _silent(error) from None
        except (OAuthError, JoseError, ValueError, KeyError) as error:
            raise _untrue(type(error).__name__) from None
        is_checked = claims.get("email_verified") in (True, "true")
        email = str(claims.get("email", "")).lower() if is_checked else ""
        return Outsider(
            subject=f"{self._settings.issuer} {claims['sub']}",
            email=email,
            name=str(claims.get("name") or claims.get("preferred_username") or email or "–")[:200],
        )

    def _check(self, token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token that is true and for us (Core 1.0, 3.1.3.7)."""
        own = self._settings.client_id
        claims = jwt.decode(token, self._keys_for(token), algorithms=list(ALGORITHMS)).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": own},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        if claims.get("azp", own) != own or not 0 < len(str(claims["sub"])) <= 255:
            raise ValueError("the token is for somebody else")
        return dict(claims)

    def _keys_for(self, token: str) -> KeySet:
        """Return the provider's keys, asked for again where it has changed them."""
        _, keys = self._describe()
        named = jws.extract_compact(token.encode()).headers().get("kid")
        if named is not None and named not in {key.kid for key in keys.keys}:
            _, keys = self._describe(again=True)
        return keys

    def _describe(self, *, again: bool = False) -> tuple[dict[str, Any], KeySet]:
        """Return the provider's own description and its keys."""
        if self._described is not None and not again:
            since, document, keys = self._described
            if time.monotonic() - since < FRESH_S:
                return document, keys
        issuer = self._settings.issuer
        try:
            with httpx2.Client(timeout=PATIENCE_S) as client:
                document = client.get(issuer.rstrip("/") + DISCOVERY).raise_for_status().json()
                keys = KeySet.import_key_set(
                    client.get(document["jwks_uri"]).raise_for_status().json()
                )
        except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            raise _silent(error) from None
        if document.get("issuer") != issuer:
            raise _untrue("another issuer")
        self._described = (time.monotonic(), document, keys)
        return document, keys

    def _client(self) -> OAuth2Client:
        secret = self._settings.client_secret
        return OAuth2Client(
            self._settings.client_id,
            secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            redirect_uri=self._back,
            scope=SCOPE,
            code_challenge_method="S256",
            timeout=PATIENCE_S,
        )


def _add_words(claims: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    """Add what the provider tells of the person, if it is the same person (Core 1.0, 5.3.2)."""
    if words["sub"] != claims["sub"]:
        raise ValueError("the words are of somebody else")
    return {**words, **claims}


def _silent(error: Exception) -> Problem:
    return Problem(
        502, "provider-silent", f"The provider does not answer ({type(error).__name__}).",
        mend="Try again later, or sign in by password.",
    )  # fmt: skip


def _untrue(why: str) -> Problem:
    return Problem(
        401, "provider-untrue", f"The provider's word does not hold ({why}).",
        mend="Try again, or sign in by password.",
    )  # fmt: skip
