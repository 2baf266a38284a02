"""An object store for finished recordings: S3 and what speaks it, or a folder on another machine, by fsspec.

An object is what a path below the recordings folder was; nothing of a caller is in its name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from callcenter.errors import HotlineError
from callcenter.settings import Settings

SECRET = "recordings/store"  # noqa: S105 - its name
CHUNK = 1 << 20
LINK_SECONDS = 900


class StoreAway(HotlineError):
    """The object store did not do it; it is tried again."""


class Store:
    """One place for copies. All methods block and raise StoreAway."""

    def __init__(self, files: Any, root: str) -> None:
        self._files = files
        self._root = root.rstrip("/")

    def address(self, path: str) -> str:
        """The object that a recording's path becomes."""
        return f"{self._root}/{path}"

    def put(self, local: Path, address: str) -> None:
        """Copy a file there, in place of what may be there."""
        with _trouble(address):
            self._files.put_file(str(local), address)

    def digest(self, address: str) -> str:
        """sha256 of the object as it is read back."""
        found = hashlib.sha256()
        with _trouble(address), self._files.open(address, "rb", cache_type="none") as file:
            while chunk := file.read(CHUNK):
                found.update(chunk)
        return found.hexdigest()

    def fetch(self, address: str, target: Path) -> None:
        """Copy it here."""
        with _trouble(address):
            self._files.get_file(address, str(target))

    def remove(self, address: str) -> None:
        """Delete it; one that is gone is no fault."""
        with _trouble(address):
            self._files.invalidate_cache()
            if self._files.exists(address):
                self._files.rm_file(address)

    def link(self, address: str) -> str | None:
        """An address by which a browser gets it for a quarter of an hour; None where the store has none."""
        try:
            with _trouble(address):
                return str(self._files.sign(address, expiration=LINK_SECONDS))
        except NotImplementedError:
            return None


def store_of(settings: Settings, secret: Callable[[str], str | None]) -> Store | None:
    """The settings' store, None where there is none. Raises HotlineError for one that can't be used."""
    if settings.recordings_store is None:
        return None
    import fsspec

    kind, _, _ = settings.recordings_store.partition("://")
    options: dict[str, Any] = {"auto_mkdir": True} if kind == "file" else {}
    if kind == "s3":
        options = {
            "key": settings.recordings_store_key,
            "secret": secret(SECRET) if settings.recordings_store_key else None,
            "client_kwargs": {"endpoint_url": settings.recordings_store_endpoint},
            "use_listings_cache": False,
        }
    try:
        files = fsspec.filesystem(kind, **options)
    except (ImportError, ValueError) as error:
        mend = (
            "pip install 'hotline-callcenter[s3]'"
            if kind == "s3"
            else "write s3://BUCKET/PREFIX or file:///FOLDER"
        )
        raise HotlineError(f"HOTLINE_RECORDINGS_STORE: {error}; {mend}") from None
    return Store(files, settings.recordings_store)


@contextmanager
def _trouble(address: str) -> Iterator[None]:
    try:
        yield
    except (HotlineError, NotImplementedError):
        raise
    except Exception as error:  # each kind of store has errors of its own
        raise StoreAway(f"{address}: {type(error).__name__}: {str(error).splitlines()[0][:200]}") from error
