"""`strgw post` of a file in the partner's own format, on a real broker: all of it arrives, or nothing and a sentence."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient, NewTopic

ROOT = Path(__file__).resolve().parents[4]
ORDER = ROOT / "tests" / "golden" / "connectors" / "partners" / "formats" / "iso20022" / "pain001_orders_of_two_payers.xml"
REGISTRY = """schema: strgw.partners/1
partners:
- id: {name}
  name: A partner of this test
  kind: bank
  format: iso20022/1
  home_country: KZ
  scope: partner
  licences:
  - {{country: "KZ", registration: "1"}}
"""


def test_a_file_is_posted_whole_or_not_at_all(broker: str, tmp_path: Path) -> None:
    name = f"post-{uuid.uuid4().hex[:8]}"
    topic = f"partner.{name}.transfers"
    registry, cut_off = tmp_path / "partners.yaml", tmp_path / "cut_off.xml"
    registry.write_text(REGISTRY.format(name=name), encoding="utf-8")
    cut_off.write_bytes(ORDER.read_bytes().replace(b"<ns2:NbOfTxs>3<", b"<ns2:NbOfTxs>4<"))
    admin = KafkaAdminClient(bootstrap_servers=broker)
    admin.create_topics([NewTopic(name=topic, num_partitions=2, replication_factor=1)])
    environ = {**os.environ, "STRGW_KAFKA": broker, "STRGW_REGISTRY": str(registry), "STRGW_HOME": str(tmp_path)}

    def post(file: str, said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "ops.cli", "post", file, "--partner", name, "--json"]
        return subprocess.run(command, cwd=ROOT, env=environ, input=said, capture_output=True, timeout=60, check=False)

    try:
        refused, absent = post(str(cut_off)), post(str(tmp_path / "absent.xml"))
        sent = [json.loads(post(*words).stdout)["sent"] for words in ((str(ORDER),), ("-", ORDER.read_bytes()))]
        consumer = KafkaConsumer(topic, bootstrap_servers=broker, auto_offset_reset="earliest", consumer_timeout_ms=3000)
        arrived = list(consumer)
        consumer.close()
    finally:
        admin.delete_topics([topic])
        admin.close()
    assert refused.returncode == absent.returncode == 1
    assert b"GrpHdr/NbOfTxs does not agree" in refused.stdout + refused.stderr
    assert b"absent.xml cannot be read" in absent.stdout + absent.stderr
    assert sent == [3, 3]
    keys = sorted(record.key.decode() for record in arrived)
    assert keys == sorted([row["transfer_id"] for row in json.loads(ORDER.with_suffix(".json").read_bytes())] * 2)
