"""A certificate authority of our own and a certificate for signing files, made for one test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Chain:
    """Paths of PEM files: the chain, its key, and the authority alone."""

    certificate: Path
    key: Path
    root: Path


def make_chain(folder: Path, *, days: int = 30, name: str = "Sichuan Demo Bank") -> Chain:
    """`days`: until the certificate expires; it began ten days ago."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Demo Root", root_key, "Demo Root", root_key, days=365, authority=True)
    leaf = _certificate(name, key, "Demo Root", root_key, days=days, authority=False)
    chain = Chain(folder / "chain.pem", folder / "key.pem", folder / "root.pem")
    chain.certificate.write_bytes(_pem(leaf) + _pem(root))
    chain.root.write_bytes(_pem(root))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.key.write_bytes(secret)
    return chain


def _certificate(who: str, key: Key, by: str, above: Key, *, days: int, authority: bool) -> x509.Certificate:
    now = datetime.now(UTC)
    use = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    use |= {"digital_signature": not authority, "key_cert_sign": authority, "crl_sign": authority}
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(who))
        .issuer_name(_name(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(authority, None), True)
        .add_extension(x509.KeyUsage(**use), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), False)
    )
    if not authority:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    return made.sign(above, hashes.SHA256())


def _name(who: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, who), x509.NameAttribute(NameOID.ORGANIZATION_NAME, who)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
