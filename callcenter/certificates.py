"""Certificates for phones: an authority of the house's own, and what this machine shows when a phone calls.

Nothing here touches a file or a clock: everything goes in and comes out as PEM. Files are in
``callcenter/certificate_store.py``.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from callcenter.errors import HotlineError

AUTHORITY_DAYS = 3650
DAYS = 397
"""What browsers and newer phones accept of a server's certificate at most."""
RENEW_DAYS = 30
"""So many days before its end a certificate is renewed, and the doctor warns of one that is not."""
KEY_BITS = 2048
"""RSA: telephones of ten years ago know no elliptic curves."""
EARLY = dt.timedelta(days=1)
"""A phone's clock may be behind ours."""


class Pair(NamedTuple):
    """A certificate and its key, both PEM."""

    certificate: bytes
    key: bytes


class Facts(NamedTuple):
    """What a certificate says."""

    subject: str
    hosts: list[str]
    issuer: str
    begins_at: dt.datetime
    ends_at: dt.datetime

    def days_left(self, now: dt.datetime) -> int:
        """Whole days until its end; negative after it."""
        return (self.ends_at - now).days


def make_authority(name: str, now: dt.datetime) -> Pair:
    """An authority that signs for itself; phones are told to trust it."""
    key = _new_key()
    who = _called(f"Hotline {name}"[:64])
    built = (
        _builder(who, who, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pair(built, key)


def issue(authority: Pair, hosts: Sequence[str], now: dt.datetime, days: int = DAYS) -> Pair:
    """A server's certificate for these names and addresses, with the authority's after it."""
    signer = serialization.load_pem_private_key(authority.key, None)
    if not isinstance(signer, rsa.RSAPrivateKey):
        raise HotlineError("the authority's key is no RSA key: remove ca.crt and ca.key, then make new ones")
    parent = x509.load_pem_x509_certificate(authority.certificate)
    key = _new_key()
    names = x509.SubjectAlternativeName([_name(host) for host in hosts])
    built = (
        _builder(_called(hosts[0]), parent.subject, key, now, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(names, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
        .sign(signer, hashes.SHA256())
    )
    pair = _pair(built, key)
    return Pair(pair.certificate + authority.certificate, pair.key)


def facts(certificate: bytes) -> Facts:
    """What the first certificate of a PEM file says. Raises HotlineError for what is none."""
    try:
        found = x509.load_pem_x509_certificate(certificate)
    except ValueError:
        raise HotlineError("this is no certificate in PEM form") from None
    return Facts(
        found.subject.rfc4514_string(),
        _hosts(found),
        found.issuer.rfc4514_string(),
        found.not_valid_before_utc,
        found.not_valid_after_utc,
    )


def belong(pair: Pair) -> bool:
    """Whether the key is the certificate's. Raises HotlineError for a key that is none or has a password."""
    try:
        key = serialization.load_pem_private_key(pair.key, None)
    except (ValueError, TypeError):
        raise HotlineError("this is no key in PEM form without a password") from None
    shown = x509.load_pem_x509_certificate(pair.certificate).public_key()
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*form) == shown.public_bytes(*form)


def _hosts(found: x509.Certificate) -> list[str]:
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in names]


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, now: dt.datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=not sign,
        key_cert_sign=sign,
        crl_sign=sign,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def _pair(built: x509.Certificate, key: rsa.RSAPrivateKey) -> Pair:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return Pair(built.public_bytes(serialization.Encoding.PEM), secret)
