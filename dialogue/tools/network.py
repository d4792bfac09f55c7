"""The only way tools reach the network: to hosts the operator allows, and to no address behind them that is not meant.

A server-side request forgery makes a service fetch what only it can reach: a cloud's metadata, a router, another
service on this machine. So the address is looked up here, checked, and the connection made to that very address (a
name that answers differently the second time gains nothing). Redirects are not followed, proxies of the environment
not asked, and an answer may not be larger than `LARGEST`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx2

from dialogue.tools.access import Access, Host
from models.errors import ToolInvalid, ToolRefused, ToolUnavailable

LARGEST = 1 << 20  # bytes of one response
# Addresses that wrap another one, which would escape the check: NAT64 (RFC 6052, RFC 8215).
WRAPPERS = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48")))
# Where clouds hand out credentials, beside the link-local addresses that most use: Alibaba Cloud, AWS by IPv6.
METADATA = frozenset(map(ip_address, ("100.100.100.200", "fd00:ec2::254")))


def client(access: Access) -> httpx2.AsyncClient:
    """An HTTP client under the rules above; timeouts are the caller's, around the whole call."""
    return httpx2.AsyncClient(
        transport=GuardedTransport(access), follow_redirects=False, trust_env=False, timeout=httpx2.Timeout(None)
    )


def only(url: str, *, private: bool) -> GuardedTransport:
    """A transport to one place: where a URL leads that the operator wrote down."""
    place = httpx2.URL(url)
    name = place.host.lower().rstrip(".")
    host = Host(private=private, plain=place.scheme == "http")
    return GuardedTransport(Access(hosts={f"{name}:{place.port}" if place.port else name: host}))


def permitted(access: Access, url: httpx2.URL) -> Host:
    """The operator's entry for a URL's host. Raises ToolRefused where there is none."""
    name = url.host.lower().rstrip(".")
    host = access.hosts.get(f"{name}:{url.port}" if url.port else name)
    if host is None:
        hint = "The operator's tools file must name it under `hosts`."
        raise ToolRefused(f"Tools may not reach {name}{f':{url.port}' if url.port else ''}.", hint=hint)
    if url.scheme != "https" and not (url.scheme == "http" and host.plain):
        raise ToolRefused(f"Tools may reach {name} by https only.", hint="`plain: yes` would allow http.")
    if url.userinfo:
        raise ToolRefused("A tool's URL may not hold a password.", hint="Put it under `headers` of the host.")
    return host


class NotSent(ToolUnavailable):
    """Nothing reached the other side, so nothing happened there."""


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Checks the host, looks its address up, checks that, and connects there."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host = permitted(self._access, request.url)
        name = request.url.host
        request.headers.update(host.headers)
        request.headers["Accept-Encoding"] = "identity"  # a small answer must not unpack into a large one
        request.headers.setdefault("Host", request.url.netloc.decode("ascii"))
        request.extensions = {**request.extensions, "sni_hostname": name}
        response = await self._sent(request, await addresses(name, private=host.private))
        if response.headers.get("Content-Encoding", "identity") != "identity":
            await response.aclose()
            raise ToolInvalid(f"{name} answered in an encoding it was not asked for.")
        response.stream = _Bounded(response.stream, name)
        return response

    async def _sent(self, request: httpx2.Request, hosts: list[str]) -> httpx2.Response:
        """The answer of the first address that can be connected to."""
        name, url = request.url.host, request.url
        for host in hosts:
            request.url = url.copy_with(host=host)
            try:
                return await self._inner.handle_async_request(request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
        raise NotSent(f"{name} cannot be reached.") from failure

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, name: str) -> None:
        self._inner = inner
        self._name = name

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > LARGEST:
                raise ToolInvalid(f"{self._name} answered with more than {LARGEST} bytes.")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


async def addresses(name: str, *, private: bool) -> list[str]:
    """The addresses to connect to. Raises NotSent (none) or ToolRefused (one of them tools may not reach)."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotSent(f"{name} has no address.") from error
    hosts = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if any(map(forbidden, hosts)):
        raise ToolRefused(f"{name} leads to an address nothing may reach.")
    if not private and not all(map(public, hosts)):
        raise ToolRefused(
            f"{name} leads to a private address.", hint="`private: yes` under `hosts` would allow it, if it is meant."
        )
    return hosts


def forbidden(address: str) -> bool:
    """Whether an address may not be reached even where private ones may: a cloud's metadata, and what is no host."""
    ip: IPv4Address | IPv6Address = ip_address(address.split("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip in METADATA or ip.is_link_local or ip.is_multicast or ip.is_unspecified


def public(address: str) -> bool:
    """Whether an address lies in the open internet, whatever it is wrapped in."""
    ip: IPv4Address | IPv6Address = ip_address(address.split("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return public(str(ip.ipv4_mapped))
        if ip.sixtofour or ip.teredo or any(ip in network for network in WRAPPERS):
            return False
    return ip.is_global and not ip.is_multicast
