"""Where a package's archive lies: the Python simple index and the npm registry, as pip and npm are configured.

Machines behind a mirror or a proxy have told pip and npm already; asking for it a second time would be rude.
Simple index: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import configparser
import html
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from models.catalogue import Archive
from models.download import SourceTrouble

if TYPE_CHECKING:
    import httpx

PYPI = "https://pypi.org/simple"
NPM = "https://registry.npmjs.org"
_LINK = re.compile(r"""<a\s[^>]*?href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)


def _pip_files(environ: Mapping[str, str]) -> list[Path]:
    """pip's configuration files, the strongest last. As with pip, os.devnull as PIP_CONFIG_FILE means none."""
    if (named := environ.get("PIP_CONFIG_FILE")) == os.devnull:
        return []
    user = [Path.home() / folder / "pip.conf" for folder in (".pip", ".config/pip")]
    files = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"), *user, Path(sys.prefix) / "pip.conf"]
    return [*files, Path(named)] if named else files


def pip_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """pip's `[global]` and `[install]` settings, the environment's PIP_* last."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(_pip_files(environ), encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        parser.clear()  # a file that pip itself would refuse: the public index is the better guess
    settings: dict[str, str] = {}
    for part in ("global", "install"):
        settings |= dict(parser[part]) if parser.has_section(part) else {}
    for key in ("index-url", "extra-index-url", "cert"):
        if value := environ.get("PIP_" + key.upper().replace("-", "_")):
            settings[key] = value
    return settings


def python_indexes(settings: Mapping[str, str]) -> list[str]:
    """Simple-index addresses in pip's order. Indexes in local folders are left out."""
    addresses = [settings.get("index-url", PYPI), *settings.get("extra-index-url", "").split()]
    return [address.rstrip("/") for address in addresses if address.startswith(("http://", "https://"))]


def npm_registry(environ: Mapping[str, str] = os.environ) -> str:
    """npm's registry: the environment, then ~/.npmrc, then the public one."""
    if address := environ.get("npm_config_registry") or environ.get("NPM_CONFIG_REGISTRY"):
        return address.rstrip("/")
    rc = Path.home() / ".npmrc"
    text = rc.read_text(encoding="utf-8", errors="replace") if rc.is_file() else ""
    found = re.search(r"^\s*registry\s*=\s*(\S+)", text, re.MULTILINE)
    return (found[1] if found else NPM).rstrip("/")


def find_archive(client: httpx.Client, registry: str, archive: Archive) -> str:
    """The URL of `archive`; raises SourceTrouble when no configured index lists it."""
    if registry == "npm":
        return _npm_url(client, archive)
    reasons = []
    for index in python_indexes(pip_settings()) or [PYPI]:
        try:
            return _simple_url(client, index, archive)
        except SourceTrouble as trouble:
            reasons.append(trouble.reason)
    raise SourceTrouble("; ".join(reasons))


def _ask(client: httpx.Client, url: str, accept: str, package: str) -> httpx.Response:
    import httpx

    try:
        response = client.get(url, headers={"Accept": accept})
    except httpx.TransportError as error:
        raise SourceTrouble(f"{httpx.URL(url).host} cannot be reached ({error or type(error).__name__})") from error
    if response.status_code == 404:
        raise SourceTrouble(f"{httpx.URL(url).host} has no package {package}")
    if response.status_code != 200:
        raise SourceTrouble(f"{httpx.URL(url).host} answers {response.status_code} for {package}")
    return response


def _simple_url(client: httpx.Client, index: str, archive: Archive) -> str:
    """The link that carries our sha256; HTML is asked for because every mirror serves it."""
    project = re.sub(r"[-_.]+", "-", archive.package).lower()
    page = f"{index}/{project}/"
    response = _ask(client, page, "text/html", archive.package)
    for href in _LINK.findall(response.text):
        link = html.unescape(href)
        if f"sha256={archive.sha256}" in link:
            return urljoin(str(response.url), link).partition("#")[0]
    raise SourceTrouble(f"{response.url.host} no longer has {archive.package} {archive.version} as pinned")


def _npm_url(client: httpx.Client, archive: Archive) -> str:
    page = f"{npm_registry()}/{archive.package}/{archive.version}"
    response = _ask(client, page, "application/json", archive.package)
    try:
        return response.json()["dist"]["tarball"]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceTrouble(f"{response.url.host} gives no tarball for {archive.package}") from error
