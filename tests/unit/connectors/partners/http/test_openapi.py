"""The description names what the door does, and a problem is what RFC 9457 says it is."""

import json

import pytest

from connectors.partners.http.openapi import document, page
from connectors.partners.http.problems import KINDS, Problem


def test_every_problem_has_the_members_of_rfc_9457_and_a_code() -> None:
    for code, kind in KINDS.items():
        said = json.loads(Problem(code, "Do this.").document(transfers=[]))
        assert set(said) == {"type", "title", "status", "detail", "code", "transfers"}
        assert (said["code"], said["status"], said["type"]) == (code, kind.status, f"urn:strgw:problem:{code}")
        assert 400 <= kind.status < 600


@pytest.mark.parametrize(("seconds", "header"), [(0.001, "1"), (1, "1"), (1.2, "2"), (30, "30")])
def test_retry_after_is_in_whole_seconds_and_never_too_soon(seconds: float, header: str) -> None:
    assert Problem("rate", "Wait.", seconds).headers() == {"Retry-After": header}


def test_every_status_a_client_may_see_is_described() -> None:
    described = document()["paths"]
    statuses = set(described["/v1/transfers"]["post"]["responses"]) | set(described["/v1/receipts/{id}"]["get"]["responses"])
    unrouted = {"405", "500"}
    assert {str(kind.status) for kind in KINDS.values()} - statuses == unrouted


def test_every_reference_leads_somewhere_and_the_page_says_it_all_without_fetching_anything() -> None:
    text = json.dumps(document())
    for name in document()["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text
    shown = page(document())
    assert "<script" not in shown
    assert "src=" not in shown
    assert all(path in shown for path in document()["paths"])
