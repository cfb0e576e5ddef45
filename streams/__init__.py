"""The middle: what happens to a transfer between the partner's topic and the FIU's."""
