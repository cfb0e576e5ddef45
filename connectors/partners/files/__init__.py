"""The door for files: what partners put into a folder or onto an SFTP server goes to their topics, each record once."""
