"""Files as a way in and out, whoever is at the other end: what is complete, what survives a power cut, and SFTP behind a pinned key."""
