"""The standard's own checker on the schema that lies beside the tests; nothing asks the network."""

from __future__ import annotations

import json
import warnings
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp

from urllib3 import HTTPResponse

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


def _extensions_from_disk() -> None:
    """Let the checker's own session read extensions beside the tests, and nothing else."""
    from ocdsextensionregistry.util import session
    from requests import Response
    from requests.adapters import BaseAdapter

    class Disk(BaseAdapter):
        def send(self, request, **_) -> Response:
            name = request.url.split("/")[4]
            packed = BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr(f"{name}-v1/", "")
                for file in sorted((SCHEMA / name).iterdir()):
                    archive.write(file, f"{name}-v1/{file.name}")
            response = Response()
            response.status_code = 200
            response.url, response.request = request.url, request
            response.raw = HTTPResponse(body=BytesIO(packed.getvalue()), preload_content=False)
            return response

        def close(self) -> None:
            pass

    session.mount("https://", Disk())


def judged(package: dict) -> dict:
    """Return what libcoveocds says of a package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from libcoveocds.api import ocds_json_output
        from libcoveocds.config import LibCoveOCDSConfig

        _extensions_from_disk()
        config = LibCoveOCDSConfig()
        config.config["context"] = "api"
        config.config["standard_zip"] = standard_zip()
        return ocds_json_output(
            output_dir=mkdtemp(prefix="ocds-"),  # it leaves a schema there
            json_data=json.loads(json.dumps(package)),
            lib_cove_ocds_config=config,
        )
