"""The topics and rights that the registries ask for."""

from connectors.kafka.topology import Access, required_access, required_topics


def test_every_topic_of_the_chain_is_there_once() -> None:
    names = [spec.name for spec in required_topics(["acme"], ["AU", "LK"], 4)]
    edges = "partner.acme.transfers partner.acme.receipts fiu.au.reports fiu.au.feedback fiu.lk.reports fiu.lk.feedback"
    chain = "transfers observations findings cases filings filings.held filings.decisions quarantine audit intake.quality"
    states = "files.state intake.state admit.state detect.state link.state report.state deliver.state register.state"
    assert sorted(names) == sorted(f"{edges} {chain} {states}".split())


def test_state_topics_are_compacted_and_nothing_else_is() -> None:
    for spec in required_topics(["acme"], ["AU"], 4):
        assert spec.configs()["cleanup.policy"] == ("compact" if spec.name.endswith(".state") else "delete"), spec.name


def test_internal_topics_share_one_partition_count_and_an_fiu_reads_one_partition() -> None:
    counts = {spec.name: spec.partitions for spec in required_topics(["acme"], ["AU"], 6)}
    assert {count for name, count in counts.items() if not name.startswith("fiu.")} == {6}
    assert counts["fiu.au.reports"] == counts["fiu.au.feedback"] == 1


def test_what_is_evidence_or_filed_never_expires() -> None:
    specs = {spec.name: spec.configs() for spec in required_topics(["acme"], ["AU"], 4)}
    for name in (
        "transfers",
        "filings",
        "filings.held",
        "quarantine",
        "audit",
        "fiu.au.reports",
        "fiu.au.feedback",
        "cases",
        "findings",
    ):
        assert specs[name]["retention.ms"] == "-1", name
    assert specs["observations"]["retention.ms"] == str(7 * 24 * 3600 * 1000)


def test_quarantine_takes_a_refused_record_of_the_largest_size_with_its_wrapping() -> None:
    sizes = {spec.name: int(spec.configs()["max.message.bytes"]) for spec in required_topics(["acme"], [], 4)}
    assert sizes["partner.acme.transfers"] > 5_000_000
    assert sizes["quarantine"] > sizes["partner.acme.transfers"]


def test_partner_may_use_its_own_two_topics_and_no_other() -> None:
    rights = [right for right in required_access(["acme", "acme2"], ["AU"]) if right.principal == "User:partner-acme"]
    assert rights == [
        Access("User:partner-acme", "WRITE", "topic", "partner.acme.transfers"),
        Access("User:partner-acme", "READ", "topic", "partner.acme.receipts"),
        Access("User:partner-acme", "READ", "group", "partner-acme.", prefixed=True),
    ]


def test_fiu_reads_reports_and_writes_feedback_of_its_own_only() -> None:
    rights = [right for right in required_access(["acme"], ["AU", "LK"]) if right.principal == "User:fiu-lk"]
    assert {(right.operation, right.name) for right in rights if right.kind == "topic"} == {
        ("WRITE", "fiu.lk.feedback"),
        ("READ", "fiu.lk.reports"),
    }


def test_group_prefix_of_one_partner_does_not_open_the_groups_of_another() -> None:
    prefixes = [right.name for right in required_access(["acme", "acme2"], []) if right.prefixed]
    assert not any(one != other and other.startswith(one) for one in prefixes for other in prefixes)
