"""A server of the small world on loopback, its pages, and Chromium."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from store.ready import ready_file
from untraced import rest_in
from web.plan_folder import REGION, write_whole_plan

from bunyad.store.models import Account, Organisation, PlanRecord, RegionRecord
from bunyad.web.accounts.passwords import hash_password
from bunyad.web.app import make_app
from bunyad.web.server import default_settings
from bunyad.web.services import Services

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "src/bunyad/web/static"
PASSWORD = "four quiet mountain rivers"
PATIENCE_MS = 120_000
SIZES = {"desk": (1360, 900), "phone": (390, 844)}


@dataclass
class Clock:
    """The time that a server goes by: the real one, and as much ahead as a test turns it."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def turn(self, **by: float) -> None:
        """Turn the clock ahead."""
        self.ahead += timedelta(**by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A server with one public plan, a planner and an administrator."""

    url: str
    services: Services
    plan: str
    pages: Path
    clock: Clock = field(default_factory=Clock)

    @property
    def plan_folder(self) -> Path:
        """Folder of the public plan."""
        return self.services.settings.data / "plans" / self.plan


@pytest.fixture(scope="session")
def pages() -> Path:
    """Return the built pages; build them where they are not or where they are old."""
    sources = [*(ROOT / "front/src").rglob("*.*"), ROOT / "front/package.json"]
    index = STATIC / "index.html"
    if not index.exists() or index.stat().st_mtime < max(one.stat().st_mtime for one in sources):
        subprocess.run(["sh", str(ROOT / "scripts/build_pages.sh")], cwd=ROOT, check=True)
    return STATIC


@pytest.fixture(scope="session")
def whole_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with the small region and one plan of it."""
    data = tmp_path_factory.mktemp("whole")
    rest_in(write_whole_plan)(data, data / "plans" / "sample")
    return data


@pytest.fixture(scope="module")
def site(pages: Path, whole_plan: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run a server with pages, on a free port of this machine."""
    clock = Clock()
    door = socket.create_server(("127.0.0.1", 0))  # whoever knocks early waits, and is let in
    url = f"http://localhost:{door.getsockname()[1]}"  # browsers allow passkeys here, not at 127.0.0.1
    data = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(whole_plan / "regions", data / "regions")
    database = ready_file(data)
    settings = default_settings(data=data, database_url=database, public_url=url, runs_jobs=False)
    app = make_app(settings)
    services: Services = replace(app.state.services, clock=clock)
    app.state.services = services
    plan = _fill(services)
    shutil.copytree(whole_plan / "plans" / "sample", data / "plans" / plan)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([door],), name="server")
    thread.start()
    try:
        yield Site(url=url, services=services, plan=plan, pages=pages, clock=clock)
    finally:
        server.should_exit = True
        thread.join()
        door.close()


def _fill(services: Services) -> str:
    """Keep an organisation with people and a public plan."""
    with services.database.begin() as session:
        organisation = Organisation(name="Office of rebuilding", kind="authority")
        session.add(organisation)
        session.flush()
        for role in ("operator", "admin", "planner"):
            email = f"{role}@example.org"
            account = Account(
                email=email, name=role.title(), role=role, organisation_id=organisation.id,
                password_hash=hash_password(PASSWORD, email=email),
            )  # fmt: skip
            session.add(account)
        session.flush()
        region = RegionRecord(
            id=REGION, name=REGION, organisation_id=organisation.id, created_by=account.id
        )
        session.add(region)
        plan = PlanRecord(
            name="Two valleys", why="base case", region=REGION, is_public=True,
            organisation_id=organisation.id,
        )  # fmt: skip
        session.add(plan)
        session.flush()
        return plan.id


Opener = Callable[..., Any]


@pytest.fixture
def asked_outside() -> set[str]:
    """Other addresses that a test lets its pages go to."""
    return set()


@pytest.fixture
def open_page(browser: Any, site: Site, asked_outside: set[str]) -> Iterator[Opener]:
    """Return a function that opens an address of the site; the page must not complain."""
    contexts = []
    said: list[str] = []
    asked: list[str] = []

    def opening(
        address: str = "", *, language: str = "en", scheme: str = "light", size: str = "desk",
        is_new: bool = False,
    ) -> Any:  # fmt: skip
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        context.add_init_script(f"localStorage.setItem('bunyad-language', '{language}')")
        if not is_new:
            context.add_init_script("localStorage.setItem('bunyad-tour', 'seen')")
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site.url}/{address}")
        return page

    yield opening
    for context in contexts:
        context.close()
    assert [text for text in said if not _is_expected(text)] == []
    allowed = (site.url, "data:", "blob:", *asked_outside)
    outside = [url for url in asked if not url.startswith(allowed)]
    assert outside == []


def _is_expected(text: str) -> bool:
    """Tell whether a message is of the software drawing, or of an answer that a test asks for."""
    return "GL Driver Message" in text or "Failed to load resource" in text


@pytest.fixture
def sign_in(open_page: Opener) -> Callable[[str], Any]:
    """Return a function that opens the site as a role."""

    def signing_in(role: str, **how: Any) -> Any:
        page = open_page("#/sign-in", **how)
        page.locator("#email").fill(f"{role}@example.org")
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/#/plans")
        return page

    return signing_in
