"""A TCP line that a test can cut and mend."""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit


class Line:
    """A TCP line to a server, which can be cut and mended."""

    def __init__(self, database_url: str) -> None:
        self._url = urlsplit(database_url)
        self._cut = False
        self._streams: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The same database at this end of the line."""
        user = self._url.netloc.rpartition("@")[0] or "postgres"
        return self._url._replace(netloc=f"{user}@127.0.0.1:{self.port}", query="").geturl()

    async def _far_end(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = parse_qs(self._url.query).get("host", [""])[0]
        port = self._url.port or 5432
        if folder.startswith("/"):
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._url.hostname or "127.0.0.1", port)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()

    def cut(self) -> None:
        self._cut = True
        for writer in tuple(self._streams):
            writer.transport.abort()

    def mend(self) -> None:
        self._cut = False

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        there_reader, there = await self._far_end()
        self._streams |= {writer, there}
        await asyncio.gather(self._pump(reader, there), self._pump(there_reader, writer))
        self._streams -= {writer, there}

    @staticmethod
    async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, OSError):
            while chunk := await reader.read(65536):
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()
