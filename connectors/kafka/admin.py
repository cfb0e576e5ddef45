"""Creates and checks topics and access rights, and reads how far consumer groups are behind (kafka-python's admin client)."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
    OffsetSpec,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import KafkaError, KafkaTimeoutError, RetriableError, SecurityDisabledError, TopicAlreadyExistsError, for_code

from connectors.kafka.errors import KafkaSetupError
from connectors.kafka.probe import listens
from connectors.kafka.topology import Access, TopicSpec

_CONNECT_TIMEOUT_S = 10.0
_BOOTSTRAP_TIMEOUT_MS = 15_000
_CREATE_TIMEOUT_MS = 120_000
_PATIENCE_MS = 60_000
_POLL_S = 0.1
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class AppliedTopics:
    """What apply_topics did: names created and names that were there and fit."""

    created: tuple[str, ...]
    existing: tuple[str, ...]


def apply_topics(bootstrap: str, specs: Sequence[TopicSpec]) -> AppliedTopics:
    """Creates what is missing of `specs`, waits until every partition has a leader, and checks the rest.

    Raises KafkaSetupError when an existing topic does not fit (nothing is created then) or one cannot be created.
    """
    with _Admin(bootstrap) as admin:
        existing = _partition_counts(admin)
        _refuse(_problems(admin, specs, existing))
        missing = [spec for spec in specs if spec.name not in existing]
        if missing:
            _create(admin, missing)
    names = {spec.name for spec in missing}
    return AppliedTopics(tuple(spec.name for spec in missing), tuple(spec.name for spec in specs if spec.name not in names))


def check_topics(bootstrap: str, specs: Sequence[TopicSpec]) -> None:
    """Raises KafkaSetupError when a topic of `specs` is missing or does not fit."""
    with _Admin(bootstrap) as admin:
        existing = _partition_counts(admin)
        missing = [spec.name for spec in specs if spec.name not in existing]
        if missing:
            raise KafkaSetupError(
                "topics_missing", f"{len(missing)} topics are missing ({_few(missing)}); run `strgw topics apply`."
            )
        _refuse(_problems(admin, specs, existing))


def apply_access(bootstrap: str, rights: Sequence[Access]) -> int | None:
    """Grants `rights` that are not granted yet; how many, or None where the cluster has no authorizer (all may do all)."""
    everything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    with _Admin(bootstrap) as admin:
        try:
            granted, _ = admin.describe_acls(ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, everything))
        except SecurityDisabledError:
            return None
        wanted = [acl for acl in map(_acl, rights) if acl not in granted]
        failed = admin.create_acls(wanted)["failed"] if wanted else []
    if failed:
        raise KafkaSetupError(
            "access",
            f"{len(failed)} of {len(wanted)} access rights could not be granted ({failed[0][1].__name__}); "
            "run `strgw topics apply` as the cluster's administrator.",
        )
    return len(wanted)


def group_lag(bootstrap: str) -> Mapping[str, Mapping[str, int]]:
    """Records that each consumer group has still to read: group → topic → records. Groups without a position are left out."""
    with _Admin(bootstrap) as admin:
        groups = sorted(str(group["group_id"]) for group in admin.list_groups())
        positions = _positions(admin, groups) if groups else {}
        partitions = {partition for of_group in positions.values() for partition in of_group}
        ends = (
            admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST), isolation_level="read_committed")
            if partitions
            else {}
        )
    lags: dict[str, dict[str, int]] = {}
    for group, of_group in sorted(positions.items()):
        for partition, position in sorted(of_group.items()):
            behind = max(0, ends[partition].offset - max(0, position.offset))
            topics = lags.setdefault(group, {})
            topics[partition.topic] = topics.get(partition.topic, 0) + behind
    return lags


def committed_positions(bootstrap: str, group: str) -> dict[tuple[str, int], int]:
    """The group's committed offset for each (topic, partition) that it has one for."""
    with _Admin(bootstrap) as admin:
        found = _positions(admin, [group]).get(group, {})
    return {(partition.topic, partition.partition): position.offset for partition, position in found.items()}


class _Admin(KafkaAdminClient):  # type: ignore[misc]
    """The admin client without two faults of kafka-python 3.0.12: where no broker is, it leaves its thread and its sockets behind."""

    def __init__(self, bootstrap: str) -> None:
        servers = bootstrap.split(",")
        absent = KafkaSetupError(
            "kafka_unreachable",
            f"No Kafka broker answers at {bootstrap}; check STRGW_KAFKA, or unset it and run `strgw up` for the embedded broker.",
        )
        if not any(listens(server, _CONNECT_TIMEOUT_S) for server in servers):
            raise absent
        try:
            super().__init__(bootstrap_servers=servers, bootstrap_timeout_ms=_BOOTSTRAP_TIMEOUT_MS)
        except KafkaTimeoutError as error:
            self._closed = False
            self.close()
            raise absent from error


def _partition_counts(admin: KafkaAdminClient) -> dict[str, int]:
    return {str(topic["name"]): len(topic["partitions"]) for topic in admin.describe_topics()}


def _problems(admin: KafkaAdminClient, specs: Sequence[TopicSpec], existing: Mapping[str, int]) -> list[str]:
    """A sentence for each existing topic that does not fit its spec."""
    present = [spec for spec in specs if spec.name in existing]
    if not present:
        return []
    asked = [ConfigResource(ConfigResourceType.TOPIC, spec.name, ["cleanup.policy"]) for spec in present]
    found = admin.describe_configs(asked, config_filter="all")["topic"]
    problems = []
    for spec in present:
        count, policy = existing[spec.name], found[spec.name]["cleanup.policy"]["value"]
        wanted = spec.configs()["cleanup.policy"]
        if count != spec.partitions:
            problems.append(
                f"{spec.name} has {count} partitions instead of {spec.partitions} (a count cannot be changed in place: set STRGW_PARTITIONS "
                f"to the count in use, or start with an empty cluster)"
            )
        elif policy != wanted:
            problems.append(
                f"{spec.name} has cleanup.policy={policy} instead of {wanted} (set it with kafka-configs.sh, after asking who changed it)"
            )
    return problems


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        more = f", and {len(problems) - 1} more topics" if len(problems) > 1 else ""
        raise KafkaSetupError("topics_mismatch", f"The topic {problems[0]}{more}.")


def _create(admin: KafkaAdminClient, specs: Sequence[TopicSpec]) -> None:
    """One request for all: a request for each would take minutes for the FIUs' topics on a busy cluster."""
    wanted = {spec.name: {"num_partitions": spec.partitions, "configs": spec.configs()} for spec in specs}
    response = admin.create_topics(wanted, timeout_ms=_CREATE_TIMEOUT_MS, raise_errors=False)
    for topic in response["topics"]:
        kind: type[KafkaError] = for_code(topic["error_code"])
        if topic["error_code"] and kind is not TopicAlreadyExistsError:  # another `apply` at the same time may have been first
            raise KafkaSetupError(
                "topics", f"The topic {topic['name']} could not be created: {topic.get('error_message') or kind.__name__}."
            )
    admin.wait_for_topics(list(wanted), timeout_ms=_PATIENCE_MS)
    _positions(admin, ["strgw"])  # a new broker makes the topic of group positions now, and not when the first worker joins


def _positions(admin: KafkaAdminClient, groups: Sequence[str]) -> Mapping[str, Mapping[TopicPartition, OffsetAndMetadata]]:
    """Committed positions of each group; asks again while no broker looks after a group yet, as for seconds after a start."""
    deadline = time.monotonic() + _PATIENCE_MS / 1000
    while True:
        try:
            found: Mapping[str, Mapping[TopicPartition, OffsetAndMetadata]] = admin.list_group_offsets(list(groups))
        except RetriableError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_S)
        else:
            return found


def _acl(access: Access) -> ACL:
    kind = ResourceType.TOPIC if access.kind == "topic" else ResourceType.GROUP
    pattern = ACLResourcePatternType.PREFIXED if access.prefixed else ACLResourcePatternType.LITERAL
    return ACL(
        access.principal,
        "*",
        ACLOperation[access.operation],
        ACLPermissionType.ALLOW,
        ResourcePattern(kind, access.name, pattern),
    )


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
