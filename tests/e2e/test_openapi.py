"""The OpenAPI description held against real answers."""

import json

import jsonschema
import pytest

ALICE = "33612345678"


def schema_for(description, path, method, status, media):
    answer = description["paths"][path][method]["responses"][str(status)]
    if "$ref" in answer:
        answer = description["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    # References are into the description itself.
    return {**answer["content"][media]["schema"], "components": description["components"]}


@pytest.fixture
def described(gate):
    description = gate.http("GET", "/openapi.json")[1]
    assert description["openapi"].startswith("3.1")

    def hold(path, method, target=None, body=None, content_type="application/json", status=200, media="application/json"):
        got, answer = gate.http(method.upper(), target or path, body, content_type)
        assert got == status, answer
        jsonschema.Draft202012Validator(schema_for(description, path, method, status, media)).validate(answer)
        return answer

    return hold


def test_answers_are_as_described(gate, described):
    opt_in = {"number": ALICE, "event": "opt_in", "scope": "sender:shop", "occurred_at": "2026-01-01", "method": "sale", "source": "s", "collector": "c", "evidence": "e"}
    described("/v1/events", "post", body=opt_in, status=201)
    described("/v1/events", "post", body=[opt_in, {**opt_in, "scope": "sender:later"}], status=201)
    described("/v1/events", "post", body={"number": "x"}, status=422, media="application/problem+json")
    described("/v1/events", "post", body={"number": ALICE, "event": "opt_out", "scope": "group:retail"}, status=201)
    described("/v1/numbers/{number}", "get", f"/v1/numbers/{ALICE}")
    described("/v1/numbers/{number}", "get", "/v1/numbers/33600000000")
    described("/v1/numbers/{number}", "get", "/v1/numbers/12", status=400, media="application/problem+json")
    described("/v1/numbers/{number}/events", "get", f"/v1/numbers/{ALICE}/events")
    described("/v1/decision", "get", f"/v1/decision?number={ALICE}&sender=shop")
    described("/v1/decision", "get", "/v1/decision?number=33600000000&sender=bank")
    described("/v1/decision", "get", "/v1/decision", status=400, media="application/problem+json")
    job = described("/v1/imports", "post", body=b"number,event,scope\nx,opt_out,all\n33600000001,opt_out,all\n", content_type="text/csv", status=202)
    for _ in range(1000):
        report = described("/v1/imports/{id}", "get", f"/v1/imports/{job['id']}")
        if report["state"] == "done":
            break
    assert (report["rows"], report["taken"], report["refused"]) == (2, 1, 1)
    described("/v1/imports/{id}", "get", "/v1/imports/none", status=404, media="application/problem+json")
    assert json.loads(gate.http("GET", "/v1/events?limit=1")[1])["sequence"] == 1
