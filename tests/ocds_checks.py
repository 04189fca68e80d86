"""The standard's own checker on the schema that lies beside the tests; nothing asks the network."""

from __future__ import annotations

import json
import warnings
import zipfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

SCHEMA = Path(__file__).parent / "vendor" / "ocds"
NAMES = ("release-schema.json", "release-package-schema.json", "record-package-schema.json")


@cache
def standard_zip() -> str:
    """Return where the checker finds the standard: an archive in the form of its repository."""
    path = Path(mkdtemp(prefix="ocds-")) / "standard.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("standard-1__1__5/", "")
        for name in NAMES:
            archive.write(SCHEMA / name, f"standard-1__1__5/schema/{name}")
        empty = json.dumps({"$schema": "http://json-schema.org/draft-04/schema#"})
        versioned = "standard-1__1__5/schema/versioned-release-validation-schema.json"
        archive.writestr(versioned, empty)
        codes = "Code,Title\nx,x\n"
        archive.writestr("standard-1__1__5/schema/codelists/none.csv", codes)
    return path.as_uri()


def judged(package: dict) -> dict:
    """Return what libcoveocds says of a package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from libcoveocds.api import ocds_json_output
        from libcoveocds.config import LibCoveOCDSConfig

        config = LibCoveOCDSConfig()
        config.config["context"] = "api"
        config.config["standard_zip"] = standard_zip()
        local = [
            (SCHEMA / address.split("/")[-3] / "extension.json").as_uri()
            for address in package["extensions"]
        ]
        content = {**json.loads(json.dumps(package)), "extensions": local}
        return ocds_json_output(json_data=content, lib_cove_ocds_config=config)
