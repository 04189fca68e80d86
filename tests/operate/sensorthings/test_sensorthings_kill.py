"""What was answered outlives a process that is killed."""

from __future__ import annotations

import threading

import orjson
import sensorthings_worlds as worlds
from operate_process import ServerProcess


def test_every_answered_observation_outlives_a_kill(tmp_path):
    server = ServerProcess(tmp_path)
    assert server.ask("POST", "/v1.1/Things", orjson.dumps(worlds.tree()))[0] == 201
    answered: list[int] = []
    enough = threading.Event()

    def post(start: int) -> None:
        client = server.client()
        try:
            for number in range(start, 10**9, 4):
                body = orjson.dumps({"result": number})
                client.request("POST", "/v1.1/Datastreams(1)/Observations", body)
                answer = client.getresponse()
                answer.read()
                if answer.status == 201:
                    answered.append(number)
                if len(answered) > 300:
                    enough.set()
        except OSError:
            return
        finally:
            client.close()

    threads = [threading.Thread(target=post, args=(100 + n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    assert enough.wait(30)
    server.kill()
    for thread in threads:
        thread.join(30)

    again = ServerProcess(tmp_path)
    path = "/v1.1/Datastreams(1)/Observations?$select=result&$top=20000&$filter=result%20ge%20100"
    status, body = again.ask("GET", path)
    again.stop()
    assert status == 200
    assert set(answered) <= {each["result"] for each in orjson.loads(body)["value"]}
