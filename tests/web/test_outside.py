"""Sign in by an OpenID Connect provider, against a small real one on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from sqlalchemy import select
from web.oidc_provider import CLIENT, SECRET, SmallProvider, other_key, running_provider
from web.servers import ADDRESS, Server, running_server

from bunyad.errors import InputError
from bunyad.store.models import Account, Organisation
from bunyad.web.accounts.provider_file import read_provider_file
from bunyad.web.settings import OutsideIdentity

BEGIN = "/api/v1/session/outside"


@pytest.fixture(scope="module")
def one_provider() -> Iterator[SmallProvider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def provider(one_provider: SmallProvider) -> SmallProvider:
    """The provider, telling the truth."""
    fresh = SmallProvider(one_provider.issuer)
    one_provider.person, one_provider.lies = fresh.person, {}
    one_provider.signs_with, one_provider.says_person_elsewhere = one_provider.key, False
    return one_provider


@pytest.fixture
def server(provider: SmallProvider, tmp_path: Path) -> Iterator[Server]:
    outside = OutsideIdentity(
        issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET, title="The ministry",
        domains=frozenset({"ministry.example"}), role="commission", organisation="Ministry",
    )  # fmt: skip
    with running_server(tmp_path, outside=outside, sign_ins_per_minute=1000) as running:
        yield running


def go_there(server: Server, **body: object) -> str:
    """Begin, and sign in at the provider; return the address that it sends the browser to."""
    begun = server.client.post(BEGIN, json=body)
    assert begun.status_code == 200, begun.text
    back = httpx2.get(begun.json()["url"]).headers["location"]
    assert back.startswith(f"{ADDRESS}{BEGIN}/back?")
    return back


def come_back(server: Server, back: str) -> str:
    """Follow the provider's answer; return the page that the browser ends on."""
    answer = server.client.get(back, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"].removeprefix(ADDRESS)


def visit(server: Server, **body: object) -> str:
    return come_back(server, go_there(server, **body))


def me(server: Server) -> dict[str, object]:
    return server.client.get("/api/v1/me").json()


def test_the_button_is_there_only_where_a_provider_is_set_up(
    server: Server, tmp_path: Path
) -> None:
    assert server.client.get("/api/v1/session/ways").json()["outside"] == "The ministry"
    with running_server(tmp_path / "without") as without:
        assert without.client.get("/api/v1/session/ways").json()["outside"] is None
        assert without.client.post(BEGIN, json={}).status_code == 404


def test_somebody_of_an_allowed_domain_gets_the_operators_role(server: Server) -> None:
    assert visit(server) == "/#/plans"
    found = me(server)
    assert (found["name"], found["role"], found["organisation"]) == (
        "Aysel", "commission", "Ministry",
    )  # fmt: skip


def test_the_same_person_comes_back_to_the_same_account(
    server: Server, provider: SmallProvider
) -> None:
    visit(server)
    first = me(server)["id"]
    server.client.delete("/api/v1/session")
    provider.person = {**provider.person, "email": "married@elsewhere.example"}
    assert visit(server) == "/#/plans"
    assert me(server)["id"] == first


def test_the_request_carries_pkce_state_and_nonce_that_differ_each_time(
    server: Server, provider: SmallProvider
) -> None:
    provider.asked.clear()
    visit(server)
    visit(server)
    for name in ("state", "nonce", "code_challenge"):
        assert len({asked[name] for asked in provider.asked}) == 2


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "9", "email": "eve@elsewhere.example", "email_verified": True},
        {"sub": "9", "email": "eve@ministry.example", "email_verified": False},
        {"sub": "9", "email": "eve@not-ministry.example", "email_verified": True},
        {"sub": "9"},
    ],
)
def test_nobody_else_comes_without_an_invitation(
    server: Server, provider: SmallProvider, person: dict[str, object]
) -> None:
    provider.person = person
    assert visit(server) == "/#/sign-in?problem=not-invited"
    assert me(server)["role"] == "public"


def test_an_invited_person_joins_by_the_provider_once(
    server: Server, provider: SmallProvider
) -> None:
    provider.person = {"sub": "77", "name": "Ilham"}
    admin = server.as_role("admin")
    organisation = server.client.get("/api/v1/organisations", headers=admin).json()[0]["id"]
    invited = server.client.post(
        "/api/v1/invitations", headers=admin,
        json={"email": "i@x.example", "role": "bidder", "organisation_id": organisation},
    ).json()["url"]  # fmt: skip
    token = invited.partition("token=")[2]
    assert visit(server, invitation=token) == "/#/plans"
    assert (me(server)["name"], me(server)["role"]) == ("Ilham", "bidder")
    server.client.cookies.clear()
    provider.person = {"sub": "78", "name": "Somebody else"}
    assert visit(server, invitation=token) == "/#/sign-in?problem=no-invitation"


def test_an_address_is_never_enough_to_get_into_an_account_that_is_there(
    server: Server, provider: SmallProvider
) -> None:
    provider.person = {"sub": "5", "email": "mayor@ministry.example", "email_verified": True}
    with server.services.database.begin() as session:
        organisation = session.scalars(select(Organisation)).first()
        session.add(
            Account(email="mayor@ministry.example", name="Mayor", role="admin",
                    organisation_id=organisation.id)
        )  # fmt: skip
    assert visit(server) == "/#/sign-in?problem=has-account"
    assert me(server)["role"] == "public"


def sign_in_by_cookie(server: Server, role: str) -> None:
    """Give the client a browser's session of a role."""
    from bunyad.store.models import Login, now
    from bunyad.web.services import new_token

    token, hashed = new_token()
    with server.services.database.begin() as session:
        account = session.scalars(
            select(Account).where(Account.email == f"{role}@example.org")
        ).one()
        session.add(
            Login(token_hash=hashed, account_id=account.id, expires=now().replace(year=2100))
        )
    server.client.cookies.clear()
    server.client.cookies.set("bunyad-login", token, domain="testserver.local", path="/")


def test_a_signed_in_person_links_the_own_account_and_parts_it_again(server: Server) -> None:
    sign_in_by_cookie(server, "planner")
    assert visit(server, link=True) == "/#/account"
    assert server.client.get("/api/v1/session/ways").json()["is_linked"] is True
    server.client.cookies.clear()
    visit(server)
    assert me(server)["name"] == "Planner"
    last = server.client.delete("/api/v1/me/outside")
    assert last.json()["type"] == "/problems/last-way-in"
    with server.services.database.begin() as session:
        own = session.scalars(select(Account).where(Account.name == "Planner")).one()
        own.password_hash = "there is one"
    assert server.client.delete("/api/v1/me/outside").status_code == 204
    assert server.client.delete("/api/v1/me/outside").status_code == 404


def test_a_person_who_is_linked_to_one_account_cannot_be_linked_to_another(
    server: Server,
) -> None:
    sign_in_by_cookie(server, "planner")
    visit(server, link=True)
    sign_in_by_cookie(server, "bidder")
    assert visit(server, link=True) == "/#/sign-in?problem=linked-elsewhere"


def test_nobody_links_an_account_without_being_signed_in(server: Server) -> None:
    assert server.client.post(BEGIN, json={"link": True}).status_code == 401


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"aud": "another client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://another.example"},
        {"exp": 1_000_000},
        {"sub": ""},
    ],
)
def test_a_token_that_is_not_for_this_request_is_refused(
    server: Server, provider: SmallProvider, lies: dict[str, object]
) -> None:
    provider.lies = lies
    assert visit(server) == "/#/sign-in?problem=provider-untrue"
    assert me(server)["role"] == "public"


def test_a_token_of_a_key_that_the_provider_does_not_publish_is_refused(
    server: Server, provider: SmallProvider
) -> None:
    provider.signs_with = other_key()
    assert visit(server) == "/#/sign-in?problem=provider-untrue"


def test_a_provider_may_change_its_key(server: Server, provider: SmallProvider) -> None:
    visit(server)
    provider.change_key()
    assert visit(server) == "/#/plans"


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(server: Server) -> None:
    back = go_there(server)
    cookies = dict(server.client.cookies)
    server.client.cookies.clear()
    assert come_back(server, back) == "/#/sign-in?problem=too-late"
    other = go_there(server)
    assert other != back
    assert come_back(server, back) == "/#/sign-in?problem=provider-untrue"
    server.client.cookies.clear()
    for name, value in cookies.items():
        server.client.cookies.set(name, value)
    assert come_back(server, back) == "/#/plans"
    for name, value in cookies.items():
        server.client.cookies.set(name, value)
    assert come_back(server, back) == "/#/sign-in?problem=too-late"


@pytest.mark.parametrize("change", [{"error": "access_denied"}, {"code": ""}, {"iss": "other"}])
def test_an_answer_without_a_code_or_of_another_issuer_is_refused(
    server: Server, change: dict[str, str]
) -> None:
    address = urlsplit(go_there(server))
    answer = {key: values[0] for key, values in parse_qs(address.query).items()} | change
    page = server.client.get(address.path, params=answer, follow_redirects=False)
    assert page.headers["location"].endswith("problem=provider-refused")


def test_an_address_may_be_told_apart_from_the_token(
    server: Server, provider: SmallProvider
) -> None:
    provider.says_person_elsewhere = True
    assert visit(server) == "/#/plans"
    assert me(server)["name"] == "Aysel"
    provider.lies = {"sub": "another"}
    assert visit(server) == "/#/sign-in?problem=provider-untrue"


def test_a_provider_that_does_not_answer_is_said_so(server: Server) -> None:
    silent = replace(server.services.settings.outside, issuer="http://127.0.0.1:9")
    object.__setattr__(server.services.settings, "outside", silent)
    answer = server.client.post(BEGIN, json={})
    assert (answer.status_code, answer.json()["type"]) == (502, "/problems/provider-silent")


GOOD = """
title: The ministry
issuer: https://login.ministry.example
client_id: bunyad
client_secret_file: secret.txt
new_accounts:
  domains: [Ministry.Example]
  role: commission
  organisation: Ministry
"""


def test_the_operators_file_is_read_with_its_secret_beside_it(tmp_path: Path) -> None:
    (tmp_path / "openid.yaml").write_text(GOOD)
    (tmp_path / "secret.txt").write_text(f"{SECRET}\n")
    found = read_provider_file(tmp_path / "openid.yaml")
    assert (found.client_secret, found.domains) == (SECRET, {"ministry.example"})
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("https://login", "http://login", "issuer"),
        ("role: commission", "role: admin", "administrators are invited"),
        ("client_id:", "client:", "client_id"),
        ("secret.txt", "nowhere.txt", "secret cannot be read"),
        ("title:", "title: [", "not valid YAML"),
        ("client_id: bunyad", "client_id: bunyad\nclient_secret: hunter22", "client_secret"),
    ],
)
def test_faults_of_the_file_are_told_without_what_was_written(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    (tmp_path / "openid.yaml").write_text(GOOD.replace(old, new, 1))
    (tmp_path / "secret.txt").write_text(SECRET)
    with pytest.raises(InputError, match=says) as caught:
        read_provider_file(tmp_path / "openid.yaml")
    assert "hunter22" not in str(caught.value)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_provider_file(tmp_path / "openid.yaml")
