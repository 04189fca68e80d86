"""The page on subscriptions and the past does what it says, against a broker at an address."""

import asyncio
import contextlib
import re
import threading
from pathlib import Path

import uvicorn
from broker_life import BROKER_ONLY

from bunyad.operate.server import make_server

PAGE = Path(__file__).parents[3] / "docs/how-to/subscribe-to-changes.md"


def test_the_page_runs_and_prints_what_it_says(tmp_path: Path, capsys) -> None:
    app = make_server(tmp_path, synchronous="OFF", mounts=BROKER_ONLY)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="on"))
    server.capture_signals = contextlib.nullcontext
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        text = PAGE.read_text("utf-8").replace("127.0.0.1:1026", f"127.0.0.1:{port}")
        code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
        scope: dict[str, object] = {}
        exec(compile(code, PAGE.name, "exec"), scope)
        scope["client"].close()
    finally:
        server.should_exit = True
        thread.join()

    told = re.findall(r"print\(.*\)  # (.*)", code)
    assert capsys.readouterr().out.splitlines() == told
