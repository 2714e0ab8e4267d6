"""A key service in a hardware module, by PKCS#11 (`homeward[pkcs11]`).

The keys that wrap are AES-256 objects that cannot be extracted, one per version (CKA_ID is its
number); what is wrapped is bound by AES-GCM's associated data. Secrets of a process are made by an
HMAC key, checkpoints signed by an Ed25519 key; what was forgotten are data objects in the token.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec

from homeward.ports_keys import (
    Bound,
    Erasure,
    KeyDestroyed,
    KeyFault,
    KeyRefused,
    KeysAway,
    KeysMissing,
    Standing,
    Wrapped,
)

T = TypeVar("T")
KEK, MAC, SIGN, ERASED = "homeward-kek", "homeward-mac", "homeward-sign", "homeward-erased"
ED25519 = "1.3.101.112"
NONCE = 12


class Pkcs11KeyService:
    """One session in one thread: modules serve calls one by one, and this keeps the loop free.

    `module`: the path of the driver's library; `token`: the token's label.
    """

    name = "pkcs11"

    def __init__(self, module: str, token: str, pin: str) -> None:
        """Raises KeysMissing where the library or its driver is not there."""
        try:
            import pkcs11  # noqa: PLC0415 - an extra
        except ImportError:
            raise KeysMissing("python-pkcs11 is not installed: homeward[pkcs11]") from None
        self._p = pkcs11
        self._module, self._token, self._pin = module, token, pin
        self._session: Any = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pkcs11")

    async def prepare(self) -> None:
        def work() -> None:
            if not self._objects(self._p.ObjectClass.SECRET_KEY, KEK):
                self._make_kek(1)
            if not self._objects(self._p.ObjectClass.SECRET_KEY, MAC):
                self._make_mac()
            if not self._objects(self._p.ObjectClass.PRIVATE_KEY, SIGN):
                self._make_pair()

        await self._do(work)

    async def wrap(self, keys: Sequence[tuple[str, bytes]]) -> list[Wrapped]:
        def work() -> list[Wrapped]:
            keks = self._keks()
            newest = max(keks)
            return [self._wrap(keks[newest], newest, to, secret) for to, secret in keys]

        return await self._do(work)

    async def unwrap(self, keys: Sequence[Bound]) -> list[bytes | KeyFault]:
        def work() -> list[bytes | KeyFault]:
            keks = self._keks()
            return [self._unwrap(keks, bound) for bound in keys]

        return await self._do(work)

    async def rewrap(self, keys: Sequence[Bound]) -> list[Wrapped | KeyFault]:
        def work() -> list[Wrapped | KeyFault]:
            keks = self._keks()
            newest = max(keks)
            clear = [(bound, self._unwrap(keks, bound)) for bound in keys]
            return [
                found
                if isinstance(found, KeyFault)
                else self._wrap(keks[newest], newest, bound.to, found)
                for bound, found in clear
            ]

        return await self._do(work)

    async def mac(self, purpose: str) -> bytes:
        def work() -> bytes:
            made: bytes = self._there(self._p.ObjectClass.SECRET_KEY, MAC)[0].sign(
                purpose.encode(), mechanism=self._p.Mechanism.SHA256_HMAC
            )
            return made

        return await self._do(work)

    async def sign(self, message: bytes) -> bytes:
        def work() -> bytes:
            made: bytes = self._there(self._p.ObjectClass.PRIVATE_KEY, SIGN)[0].sign(
                message, mechanism=self._p.Mechanism.EDDSA
            )
            return made

        return await self._do(work)

    async def public_key(self) -> bytes:
        def work() -> bytes:
            point: bytes = self._there(self._p.ObjectClass.PUBLIC_KEY, SIGN)[0][
                self._p.Attribute.EC_POINT
            ]
            return point[-32:]  # an octet string around it

        return await self._do(work)

    async def rotate(self) -> int:
        def work() -> int:
            newest = max(self._keks()) + 1
            self._make_kek(newest)
            return newest

        return await self._do(work)

    async def destroy(self, kek: int) -> None:
        def work() -> None:
            keks = self._keks()
            if kek >= max(keks):
                raise KeyRefused("the newest version wraps what is written now")
            for number, key in keks.items():
                if number <= kek:
                    key.destroy()

        await self._do(work)

    async def standing(self) -> Standing:
        def work() -> Standing:
            versions = tuple(sorted(self._keks()))
            return Standing(self.name, f"{self._module} {self._token}", versions[-1], versions)

        return await self._do(work)

    async def erasures(self, after: int = 0) -> list[Erasure]:
        def work() -> list[Erasure]:
            found = self._objects(self._p.ObjectClass.DATA, ERASED)
            values = [one[self._p.Attribute.VALUE] for one in found]
            lines = {line.number: line for line in (_read(value) for value in values)}
            return [lines[number] for number in sorted(lines) if number > after]

        return await self._do(work)

    async def remember(self, erasures: Sequence[Erasure]) -> None:
        known = {line.number for line in await self.erasures()}

        def work() -> None:
            attribute = self._p.Attribute
            for line in erasures:
                if line.number not in known:
                    self._session.create_object(
                        {
                            attribute.CLASS: self._p.ObjectClass.DATA,
                            attribute.LABEL: ERASED,
                            attribute.TOKEN: True,
                            attribute.PRIVATE: True,
                            attribute.VALUE: msgspec.json.encode(line),
                        }
                    )

        await self._do(work)

    async def close(self) -> None:
        def work() -> None:
            if self._session is not None:
                self._session.close()
                self._session = None

        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._thread.shutdown(wait=False)

    # in the thread ----------------------------------------------------------------------------

    async def _do(self, work: Callable[[], T]) -> T:
        """Raises KeysAway; a session that was lost is opened anew the next time."""

        def told() -> T:
            try:
                if self._session is None:
                    self._session = self._open()
                return work()
            except KeyFault:
                raise
            except (self._p.PKCS11Error, OSError, RuntimeError) as fault:
                self._session = None
                raise KeysAway from fault

        return await asyncio.get_running_loop().run_in_executor(self._thread, told)

    def _open(self) -> Any:
        token = self._p.lib(self._module).get_token(token_label=self._token)
        return token.open(rw=True, user_pin=self._pin)

    def _objects(self, kind: Any, label: str) -> list[Any]:
        attribute = self._p.Attribute
        return list(self._session.get_objects({attribute.CLASS: kind, attribute.LABEL: label}))

    def _there(self, kind: Any, label: str) -> list[Any]:
        if found := self._objects(kind, label):
            return found
        raise KeysMissing(f"the token {self._token} has no {label}: homeward keys prepare")

    def _keks(self) -> dict[int, Any]:
        """By version. Raises KeysMissing."""
        found = self._there(self._p.ObjectClass.SECRET_KEY, KEK)
        return {int.from_bytes(key.id, "big"): key for key in found}

    def _make_kek(self, number: int) -> Any:
        attribute, flag = self._p.Attribute, self._p.MechanismFlag
        return self._session.generate_key(
            self._p.KeyType.AES, 256, label=KEK, id=number.to_bytes(4, "big"), store=True,
            capabilities=flag.ENCRYPT | flag.DECRYPT,
            template={attribute.EXTRACTABLE: False, attribute.SENSITIVE: True},
        )  # fmt: skip

    def _make_mac(self) -> Any:
        attribute, flag = self._p.Attribute, self._p.MechanismFlag
        return self._session.generate_key(
            self._p.KeyType.GENERIC_SECRET, 256, label=MAC, store=True,
            mechanism=self._p.Mechanism.GENERIC_SECRET_KEY_GEN,
            capabilities=flag.SIGN | flag.VERIFY,
            template={attribute.EXTRACTABLE: False, attribute.SENSITIVE: True},
        )  # fmt: skip

    def _make_pair(self) -> None:
        from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415

        curve = {self._p.Attribute.EC_PARAMS: encode_named_curve_parameters(ED25519)}
        domain = self._session.create_domain_parameters(
            self._p.KeyType.EC_EDWARDS, curve, local=True
        )
        domain.generate_keypair(
            mechanism=self._p.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=SIGN
        )

    def _wrap(self, kek: Any, number: int, to: str, secret: bytes) -> Wrapped:
        nonce = os.urandom(NONCE)
        box = kek.encrypt(
            secret, mechanism=self._p.Mechanism.AES_GCM,
            mechanism_param=self._p.GCMParams(nonce, to.encode(), 128),
        )  # fmt: skip
        return Wrapped(nonce + box, number)

    def _unwrap(self, keks: dict[int, Any], bound: Bound) -> bytes | KeyFault:
        kek, box = keks.get(bound.wrapped.kek), bound.wrapped.box
        if kek is None:
            known = bound.wrapped.kek < max(keks)
            return KeyDestroyed("destroyed") if known else KeyRefused("no such version")
        try:
            clear: bytes = kek.decrypt(
                box[NONCE:], mechanism=self._p.Mechanism.AES_GCM,
                mechanism_param=self._p.GCMParams(box[:NONCE], bound.to.encode(), 128),
            )  # fmt: skip
        except (
            self._p.GeneralError, self._p.EncryptedDataInvalid, self._p.EncryptedDataLenRange,
            self._p.DataInvalid, self._p.DataLenRange, self._p.MechanismParamInvalid,
        ):  # fmt: skip
            return KeyRefused("not what was wrapped")  # modules say it in different words
        return clear


def _read(value: bytes) -> Erasure:
    try:
        return msgspec.json.decode(value, type=Erasure)
    except msgspec.DecodeError as odd:
        raise KeysAway from odd
