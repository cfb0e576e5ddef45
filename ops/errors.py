"""Errors that a person can act on; ops.cli prints each as one sentence."""

# Errors of the inner packages that are already written for people, by qualified name: looked up along the class's ancestry, so
# that nothing has to be imported just to recognise it.
WRITTEN_FOR_PEOPLE = {
    "schemas.codec.CorruptRecord": "corrupt_record",
    "connectors.fius.goaml.profile.ProfileError": "profile",
    "schemas.yaml_rows.RegistryError": "registry",
    "connectors.partners.formats.contract.FormatError": "format",
    "connectors.secret.SecretMissing": "secret",
    "connectors.partners.registry_file.RegistryFileError": "registry_file",
    "connectors.partners.keys.KeysError": "partner_keys",
    "connectors.sealing.kms.SealingError": "sealing",
    "connectors.partners.schema_publishing.RegistryRefused": "schema_registry",
    "connectors.partners.redrive.RedriveOvertaken": "redrive_overtaken",
    "connectors.partners.waiting.SchemaRegistryAway": "schema_registry",
    "connectors.kafka.scan.TopicMissing": "topic_missing",
    "connectors.kafka.errors.KafkaSetupError": "kafka",
    "connectors.register.errors.RegisterError": "register",
}
# Client errors whose text is for programmers; the sentence replaces it.
TRANSLATED = {
    "kafka.errors.KafkaTimeoutError": (
        "kafka_unreachable",
        "Kafka did not answer in time; see with `strgw status` whether the broker is up ({error}).",
    ),
    "kafka.errors.KafkaConnectionError": (
        "kafka_unreachable",
        "Kafka cannot be reached; check STRGW_KAFKA and the network, or run `strgw up` ({error}).",
    ),
    "kafka.errors.AuthorizationError": (
        "kafka_denied",
        "Kafka refused this for want of rights; run `strgw topics apply` as its administrator ({error}).",
    ),
    "kafka.errors.KafkaError": ("kafka", "Kafka refused the request: {error}."),
    "sqlalchemy.exc.OperationalError": (
        "database_unreachable",
        "The register's database does not answer; check STRGW_DATABASE and whether its server runs ({error}).",
    ),
    "sqlalchemy.exc.DBAPIError": ("database", "The register's database refused the request ({error})."),
}
# What goes wrong with a path that a person gave; other OSErrors may be faults of the program.
_FILE_ERRORS = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)


class CommandError(Exception):
    """A command that cannot go on. `text`: one plain sentence that says what to do; `code`: stable word for machines."""

    def __init__(self, text: str, code: str = "failed") -> None:
        super().__init__(text)
        self.text = text
        self.code = code


def explained(error: Exception) -> CommandError | None:
    """`error` as a CommandError, or None for a fault of the program (which deserves its traceback)."""
    if isinstance(error, CommandError):
        return error
    if isinstance(error, _FILE_ERRORS) and error.filename is not None:
        return CommandError(
            f"{error.filename} cannot be read or written ({error.strerror}); check the path and its rights.", "file"
        )
    for ancestor in type(error).__mro__:
        name = f"{ancestor.__module__}.{ancestor.__qualname__}"
        if name in WRITTEN_FOR_PEOPLE:
            return CommandError(str(error), str(getattr(error, "code", WRITTEN_FOR_PEOPLE[name])))
        if name in TRANSLATED:
            code, sentence = TRANSLATED[name]
            return CommandError(sentence.format(error=" ".join(str(error).split()).rstrip(".") or ancestor.__name__), code)
    return None
