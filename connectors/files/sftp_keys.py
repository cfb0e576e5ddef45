"""How a registry writes the host keys of an SFTP server; apart from the session, so that reading a registry loads no SSH."""

import re

HOST_KEY = re.compile(r"[a-z][a-z0-9@.\-]+ [A-Za-z0-9+/]{40,}={0,2}( .*)?")
HOST_KEY_ADVICE = 'host_keys: write public keys as ssh-keyscan prints them, without the host: "ssh-ed25519 AAAA..."'
