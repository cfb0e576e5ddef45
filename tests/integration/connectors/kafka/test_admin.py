"""Topics on a real broker: created at once, checked, and never silently different from what the gateway needs."""

import uuid

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from connectors.kafka.admin import apply_access, apply_topics, check_topics, group_lag
from connectors.kafka.errors import KafkaSetupError
from connectors.kafka.topology import TopicSpec, required_access, required_topics

FIUS = ("AU", "LK", "KE")


def named(specs: list[TopicSpec]) -> list[TopicSpec]:
    """`specs` under names of this test, for the broker may be shared."""
    prefix = f"t{uuid.uuid4().hex[:8]}."
    return [TopicSpec(prefix + spec.name, spec.partitions, spec.compacted, spec.retention_ms, spec.append_time) for spec in specs]


def refusal(bootstrap: str, specs: list[TopicSpec], *, check: bool = False) -> KafkaSetupError:
    with pytest.raises(KafkaSetupError) as caught:
        (check_topics if check else apply_topics)(bootstrap, specs)
    return caught.value


def test_second_apply_creates_nothing_and_finds_all_fitting(broker: str) -> None:
    specs = named(required_topics(["acme"], FIUS, 3))
    assert apply_topics(broker, specs).created == tuple(spec.name for spec in specs)
    again = apply_topics(broker, specs)
    assert (again.created, set(again.existing)) == ((), {spec.name for spec in specs})
    check_topics(broker, specs)


def test_created_topic_has_the_settings_asked_for(broker: str) -> None:
    (spec,) = named([TopicSpec("admit.state", 2, compacted=True)])
    apply_topics(broker, [spec])
    with KafkaAdminClient(bootstrap_servers=broker) as admin:
        asked = [ConfigResource(ConfigResourceType.TOPIC, spec.name)]
        found = admin.describe_configs(asked, config_filter="all")["topic"][spec.name]
    assert {name: found[name]["value"] for name in spec.configs()} == spec.configs()


def test_other_partition_count_is_refused_and_nothing_is_created(broker: str) -> None:
    (present,) = named([TopicSpec("transfers", 2)])
    apply_topics(broker, [present])
    fresh = named([TopicSpec("cases", 4)])[0]
    error = refusal(broker, [TopicSpec(present.name, 4), fresh])
    assert error.code == "topics_mismatch"
    assert f"{present.name} has 2 partitions instead of 4" in str(error)
    assert "STRGW_PARTITIONS" in str(error)
    assert refusal(broker, [fresh], check=True).code == "topics_missing"


def test_state_topic_that_is_not_compacted_is_refused(broker: str) -> None:
    (plain,) = named([TopicSpec("detect.state", 2)])
    apply_topics(broker, [plain])
    error = refusal(broker, [TopicSpec(plain.name, 2, compacted=True)], check=True)
    assert f"{plain.name} has cleanup.policy=delete instead of compact" in str(error)


def test_missing_topics_are_counted_and_the_way_out_named(broker: str) -> None:
    error = refusal(broker, named([TopicSpec(f"t{number}", 1) for number in range(7)]), check=True)
    assert error.code == "topics_missing"
    assert str(error).startswith("7 topics are missing (")
    assert "`strgw topics apply`" in str(error)


def test_access_rights_are_skipped_where_all_may_do_all(broker: str) -> None:
    assert apply_access(broker, required_access(["acme"], FIUS)) is None


def test_absent_broker_is_named() -> None:
    error = refusal("127.0.0.1:9", [])
    assert error.code == "kafka_unreachable"
    assert "127.0.0.1:9" in str(error)


def test_lag_counts_what_a_group_has_still_to_read(broker: str) -> None:
    (spec,) = named([TopicSpec("transfers", 1)])
    apply_topics(broker, [spec])
    with KafkaProducer(bootstrap_servers=broker) as producer:
        for number in range(5):
            producer.send(spec.name, str(number).encode())
        producer.flush()
    group = f"group-{spec.name}"
    consumer = KafkaConsumer(
        spec.name,
        bootstrap_servers=broker,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=2,
    )
    while not consumer.poll(timeout_ms=1000):
        pass
    consumer.commit()
    consumer.close()
    assert group_lag(broker)[group] == {spec.name: 3}
