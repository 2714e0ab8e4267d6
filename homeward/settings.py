"""Every environment variable homeward reads, typed, in one place."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingFault(Exception):  # noqa: N818 - what is wrong with the setting, and its name
    """A setting that cannot be used; the message names it."""

    exit_code = 2


class Settings(BaseSettings):
    """`HOMEWARD_<NAME>`; what is left out is found or made by the resolver (`homeward up`)."""

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_", extra="ignore")

    environment: Literal["development", "production"] = "development"
    home: Path | None = None
    """Where development data lives: database, Temporal's file, keys, pids, logs."""
    database_url: str = ""
    temporal_address: str = ""
    temporal_namespace: str = "default"
    task_queue: str = "homeward"
    immigration_url: str = ""
    mission_url: str = ""
    api_url: str = ""
    """Where the command line finds the API."""
    host: str = "127.0.0.1"
    port: int = 8400
    keys: Literal["file", "pkcs11", "transit"] = "file"
    """The key service: a file (development alone), a hardware module, OpenBao's or Vault's."""
    pkcs11_module: Path | None = None
    """The library of the module's driver; token and PIN by the two that follow."""
    pkcs11_token: str = "homeward"  # noqa: S105 - a label
    pkcs11_pin: SecretStr = SecretStr("")
    transit_url: str = ""
    transit_token: SecretStr = SecretStr("")
    transit_key: str = "homeward"
    """The keys' name there; `-mac` and `-sign` stand beside it."""
    transit_mount: str = "transit"
    transit_kv: str = "secret"
    """Where the list of erasures is kept: a KV store of version 2."""
    keys_database_url: str = ""
    """Where wrapped keys lie, if not in the main database."""
    key_file: Path | None = None
    """Development's key service is a file; refused in production."""
    installation: str = Field("development", pattern=r"^[a-z0-9][a-z0-9.-]*$")
    """Names the record: checkpoints are of `homeward/<installation>`."""
    signing_key_file: Path | None = None
    """The key that signs checkpoints; refused in production."""
    witnesses: str = ""
    """Who keeps checkpoints: `file:/path/NAME.jsonl`, `https://host#<public key>`, by spaces."""
    token: SecretStr = SecretStr("")
    """The bearer token the command line sends."""
    log_level: str = "INFO"


@cache
def settings() -> Settings:
    """The process's settings, read once."""
    return Settings()
