"""What was freed goes back to the system."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import threading
from pathlib import Path
from bunyad.operate.records.memory import give_back, limit_arenas

limit_arenas()

def private():
    text = Path("/proc/self/smaps_rollup").read_text()
    return int(text.split("Private_Dirty:")[1].split()[0]) / 1000

def work(kept):
    many = [bytes(5_000) for _ in range(2_000)]  # below what the C library maps by itself
    kept.append(many[-1])

kept = []
for _ in range(8):
    thread = threading.Thread(target=work, args=(kept,))
    thread.start()
    thread.join()
before = private()
give_back()
print(before - private())
"""


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux tells it")
def test_freed_memory_goes_back_to_the_system() -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=120
    )
    assert float(told.stdout) > 3  # of 10 MB
