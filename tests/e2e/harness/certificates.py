"""Certificates of a test's own, made by openssl."""

import pathlib
import ssl
import subprocess


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Certificate:
    """`file` holds the certificate and its chain."""

    def __init__(self, folder, name):
        self.name, self.file, self.key = name, folder / f"{name}.pem", folder / f"{name}.key"


class Authority(Certificate):
    """A CA. `issuer`: another one, whose intermediate it is."""

    def __init__(self, folder, name="ca", issuer=None):
        super().__init__(pathlib.Path(folder), name)
        self.folder, self.chain = pathlib.Path(folder), b""
        extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
        if issuer is None:
            self._sign(self, extensions, 3650, self)
        else:
            issuer._sign(self, extensions, 3650, issuer)
            self.chain = self.file.read_bytes()

    def _sign(self, made, extensions, days, by):
        if not made.key.exists():
            _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", made.key)
            made.key.chmod(0o600)
        request, config = self.folder / f"{made.name}.csr", self.folder / f"{made.name}.ext"
        config.write_text(extensions)
        _openssl("req", "-new", "-key", made.key, "-subj", f"/CN={made.name}", "-out", request)
        signer = ["-signkey", made.key] if by is made else ["-CA", by.file, "-CAkey", by.key, "-CAcreateserial"]
        _openssl("x509", "-req", "-in", request, *signer, "-days", days, "-extfile", config, "-out", made.file)
        if by is not made and by.chain:
            made.file.write_bytes(made.file.read_bytes() + by.chain)

    def issue(self, name, san="", days=365, file=None):
        """`san` as openssl writes it: DNS:name or IP:address. The same name again: a new certificate for the same key."""
        made = Certificate(self.folder, file or name)
        made.name = name
        self._sign(made, f"subjectAltName={san}\n" if san else "basicConstraints=CA:FALSE\n", days, self)
        return made


def client_context(ca, identity=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca.file)
    if identity:
        context.load_cert_chain(identity.file, identity.key)
    return context


def server_context(identity, client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.file, identity.key)
    if client_ca:
        context.load_verify_locations(client_ca.file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
