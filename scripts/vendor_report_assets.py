"""
Fetch the browser libraries of the report and check them against the committed manifest.

Run `python scripts/vendor_report_assets.py` after a version in
`src/bunyad/report/vendor/manifest.json` has changed; `--record` writes the checksums of what
was fetched into the manifest, to be read by a person before it is committed. `npm pack` fetches
each package by name and version; the archive's SHA-512 must be the recorded one. Links to
source maps are cut, since a report makes no request.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = ROOT / "src/bunyad/report/vendor/manifest.json"
SOURCE_MAP = re.compile(rb"\n//# sourceMappingURL=\S*\s*\Z")


def fetch(name: str, version: str, folder: Path) -> Path:
    """Fetch one package archive by name and version into `folder`."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{name}@{version}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return folder / done.stdout.strip().splitlines()[-1]


def unpack(archive: Path, files: dict[str, str]) -> None:
    """Copy the named members of an archive to their places below the project root."""
    with tarfile.open(archive) as tar:
        for member, target in files.items():
            source = tar.extractfile(f"package/{member}")
            assert source is not None, f"{member} is not a file of {archive.name}"
            path = ROOT / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(SOURCE_MAP.sub(b"\n", source.read()))


def main() -> int:
    """Fetch every package of the manifest; return 1 if a checksum differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write checksums, don't check them")
    record = parser.parse_args().record
    packages = json.loads(MANIFEST.read_text("utf-8"))
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            archive = fetch(package["name"], package["version"], Path(folder))
            found = hashlib.sha512(archive.read_bytes()).hexdigest()
            if record:
                package["sha512"] = found
            if found != package["sha512"]:
                wrong.append(f"{package['name']} {package['version']}: {found}")
                continue
            unpack(archive, package["files"])
            print(f"{package['name']} {package['version']}")
    if record:
        MANIFEST.write_text(json.dumps(packages, indent=2) + "\n", "utf-8")
    for line in wrong:
        print(f"checksum differs from the manifest, nothing copied: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
