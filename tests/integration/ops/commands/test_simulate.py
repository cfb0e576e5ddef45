"""`strgw simulate --post` on a real broker: what arrives is what the same order writes to a file."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient, NewTopic

ROOT = Path(__file__).resolve().parents[4]
REGISTRY = """schema: strgw.partners/1
partners:
- id: {name}
  name: A partner of this test
  kind: mto
  format: strgw.transfer/1
  home_country: KZ
  scope: partner
  licences:
  - {{country: "KZ", registration: "1"}}
"""


def test_the_posted_stream_is_the_written_one(broker: str, tmp_path: Path) -> None:
    name = f"sim-{uuid.uuid4().hex[:8]}"
    topic = f"partner.{name}.transfers"
    registry = tmp_path / "partners.yaml"
    registry.write_text(REGISTRY.format(name=name), encoding="utf-8")
    admin = KafkaAdminClient(bootstrap_servers=broker)
    admin.create_topics([NewTopic(name=topic, num_partitions=2, replication_factor=1)])
    environ = {**os.environ, "STRGW_KAFKA": broker, "STRGW_REGISTRY": str(registry), "STRGW_HOME": str(tmp_path)}
    order = ["--events", "700", "--seed", "3", "--days", "30", "--planted-share", "0.1"]

    def strgw(*words: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "ops.cli", "simulate", *order, *words]
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, timeout=90, check=True)

    try:
        posted = json.loads(strgw("--post", "--partner", name, "--truth", str(tmp_path / "truth.json"), "--json").stdout)
        written = strgw().stdout.splitlines()
        consumer = KafkaConsumer(topic, bootstrap_servers=broker, auto_offset_reset="earliest", consumer_timeout_ms=5000)
        arrived = [record.value for record in consumer]
        consumer.close()
    finally:
        admin.delete_topics([topic])
        admin.close()
    assert (posted["partner"], posted["posted"], posted["events"]) == (name, 700, 700)
    assert sorted(arrived) == sorted(written)
    assert json.loads((tmp_path / "truth.json").read_bytes())["events"]["total"] == 700
