"""ISO 20022's message schemas in a form of our own, the XSDs generated from it, and the check of a document against them."""
