"""The OpenAPI description held against real answers: each answer is as described, and each description is answered."""

import contextlib
import http.client
import json

import jsonschema
import pytest
import smpp
from harness.gate import SENDERS, TOKENS, wait_until

ALICE = "33612345678"
OPT_IN = {"number": ALICE, "event": "opt_in", "scope": "sender:shop", "occurred_at": "2026-01-01", "method": "sale", "source": "s", "collector": "c", "evidence": "e"}
CSV = b"number,event,scope\nx,opt_out,all\n33600000001,opt_out,all\n"
PROBLEM, NDJSON = "application/problem+json", "application/x-ndjson"

LINES = {"/v1/events": "event", "/v1/access": "access_use", "/v1/imports/{id}/refusals": "refused_row", "/v1/journal": "decided_message"}

# While the store is loaded or cannot be written, while an import runs, on a full disk: the unit tests see to them.
ELSEWHERE = {"503", "507"}


class Description:
    def __init__(self, gate):
        self.gate = gate
        self.text = gate.http("GET", "/openapi.json")[1]
        self.held = set()

    def resolved(self, node):
        while "$ref" in node:
            target = self.text
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def described(self):
        """(method, path, status) of everything it promises."""
        return {(method, path, status) for path, item in self.text["paths"].items() for method, operation in item.items() if method != "parameters"
                for status in operation["responses"]}

    def validate(self, schema, value):
        # References are into the description itself.
        jsonschema.Draft202012Validator({**schema, "components": self.text["components"]}).validate(value)

    def hold(self, method, path, target=None, body=None, content_type="application/json", status=200, media="application/json", token=True):
        got, answer = self.gate.http(method.upper(), target or path, body, content_type, token)
        assert got == status, answer
        content = self.resolved(self.text["paths"][path][method]["responses"][str(status)]).get("content", {})
        assert list(content) == ([media] if media else [])
        self.held.add((method, path, str(status)))
        if "schema" in content.get(media, {}):
            self.validate(content[media]["schema"], answer)
        if media == NDJSON:
            for line in answer.splitlines():
                self.validate({"$ref": f"#/components/schemas/{LINES[path]}"}, json.loads(line))
        return answer


@pytest.fixture
def description(start_gate, smsc):
    return Description(start_gate([smsc.port], tokens=TOKENS))


def hold_events(d):
    events = "/v1/events"
    d.hold("post", events, body=OPT_IN, status=201)
    d.hold("post", events, body=[OPT_IN, {**OPT_IN, "scope": "sender:later"}], status=201)
    d.hold("post", events, body={"number": ALICE, "event": "opt_out", "scope": "group:retail"}, status=201)
    d.hold("post", events, body={"number": "x"}, status=422, media=PROBLEM)
    d.hold("post", events, body=b"{", status=400, media=PROBLEM)
    d.hold("post", events, body=[OPT_IN] * 10001, status=413, media=PROBLEM)
    assert [e["sequence"] for e in map(json.loads, d.hold("get", events, media=NDJSON).splitlines())] == [1, 2, 3, 4]
    d.hold("get", events, "/v1/events?after=x", status=400, media=PROBLEM)


def hold_numbers(d):
    for path in ("/v1/numbers/{number}", "/v1/numbers/{number}/events"):
        for number in (ALICE, "33600000000"):
            d.hold("get", path, path.replace("{number}", number))
        d.hold("get", path, path.replace("{number}", "12"), status=400, media=PROBLEM)
    for query in (f"number={ALICE}&sender=shop", "number=33600000000&sender=bank", "number=1&sender=unknown"):
        d.hold("get", "/v1/decision", "/v1/decision?" + query)
    d.hold("get", "/v1/decision", status=400, media=PROBLEM)


def hold_imports(d):
    imports, one, refusals = "/v1/imports", "/v1/imports/{id}", "/v1/imports/{id}/refusals"
    job = d.hold("post", imports, imports + "?name=list", CSV, "text/csv", 202)["id"]
    d.hold("post", imports, imports + "?event=opt_in", CSV, "text/csv", 400, PROBLEM)
    d.hold("post", imports, imports + "?dry_run=perhaps", CSV, "text/csv", 400, PROBLEM)
    d.hold("post", imports, imports, CSV, "text/plain", 415, PROBLEM)
    report = wait_until(lambda: (r := d.hold("get", one, f"/v1/imports/{job}"))["state"] == "done" and r)
    assert (report["rows"], report["taken"], report["refused"]) == (2, 1, 1)
    assert json.loads(d.hold("get", refusals, f"/v1/imports/{job}/refusals", media=NDJSON)) == report["refusals"][0]
    failed = d.hold("post", imports, imports, b"a,b\n", "text/csv", 202)["id"]
    wait_until(lambda: d.hold("get", one, f"/v1/imports/{failed}")["state"] == "failed")
    rejects = "/v1/imports/{id}/rejects"
    assert d.hold("get", rejects, f"/v1/imports/{job}/rejects", media="text/csv").startswith("number,event,scope,reason\r\nx,opt_out,all,\"line 2: number: ")
    d.hold("get", rejects, f"/v1/imports/{failed}/rejects", status=404, media=PROBLEM)
    for path in (one, refusals, rejects):
        d.hold("get", path, path.replace("{id}", "none"), status=404, media=PROBLEM)
        d.hold("get", path, path.replace("{id}", job) + "?x=1", status=400, media=PROBLEM)


def hold_corrections(d, tmp_path):
    path = "/v1/events/{event}/correction"
    mistake = d.hold("post", "/v1/events", body={"number": "33699999999", "event": "opt_out", "scope": "all"}, status=201)
    target = f"/v1/events/{mistake['sequence']}/correction"
    d.hold("post", path, target, {}, status=400, media=PROBLEM)
    d.hold("post", path, target, {"approve": True}, status=404, media=PROBLEM)
    d.hold("post", path, f"/v1/events/{mistake['id']}/correction", {"reason": "a slip"}, status=201)
    d.hold("post", path, target, {"reason": "a slip"}, status=409, media=PROBLEM)
    d.hold("post", path, f"/v1/events/{mistake['sequence'] + 1}/correction", {"reason": "a slip"}, status=422, media=PROBLEM)
    d.gate.configure(SENDERS + "corrections: two_person\n")
    d.gate.reload()
    again = d.hold("post", "/v1/events", body={"number": "33699999999", "event": "opt_out", "scope": "all"}, status=201)
    target = f"/v1/events/{again['sequence']}/correction"
    d.hold("post", path, target, {"reason": "a slip"}, status=202)
    d.hold("post", path, target, {"approve": True}, status=403, media=PROBLEM)
    assert [p["event"] for p in d.hold("get", "/v1/corrections")] == [again["sequence"]]
    d.hold("get", "/v1/corrections", "/v1/corrections?x=1", status=400, media=PROBLEM)


def hold_proof(d, tmp_path):
    recall, erase, reassigned = "/v1/sources/{source}/recall", "/v1/numbers/{number}", "/v1/numbers/{number}/reassigned"
    d.hold("post", recall, "/v1/sources/s/recall", {"reason": "no proof"}, status=201)
    d.hold("post", recall, "/v1/sources/s/recall", {}, status=400, media=PROBLEM)
    d.hold("post", reassigned, "/v1/numbers/33688888888/reassigned", {"occurred_at": "2026-02-01", "source": "registry"}, status=201)
    d.hold("post", reassigned, "/v1/numbers/12/reassigned", {}, status=400, media=PROBLEM)
    d.hold("delete", erase, f"/v1/numbers/{ALICE}?reason=asked&now=true")
    d.hold("delete", erase, f"/v1/numbers/{ALICE}?reason=asked")
    d.hold("delete", erase, f"/v1/numbers/{ALICE}", status=400, media=PROBLEM)
    for path in ("/v1/numbers/{number}", "/v1/numbers/{number}/events"):
        d.hold("get", path, path.replace("{number}", ALICE))
    d.hold("get", "/v1/decision", f"/v1/decision?number={ALICE}&sender=shop&at=2026-06-01")
    for path in ("/v1/ledger/head", "/v1/ledger/verification"):
        d.hold("get", path)
        d.hold("get", path, path + "?x=1", status=400, media=PROBLEM)
    d.hold("post", "/v1/backups", body={"folder": str(tmp_path / "copy")}, status=201)
    d.hold("post", "/v1/backups", body={"folder": str(tmp_path / "copy")}, status=409, media=PROBLEM)
    d.hold("post", "/v1/backups", body={"folder": "copy"}, status=400, media=PROBLEM)
    d.hold("post", "/v1/keys", body={}, status=201)
    d.hold("post", "/v1/keys", body={"x": "1"}, status=400, media=PROBLEM)


def hold_access(d):
    d.hold("get", "/v1/access", media=NDJSON)
    assert len(d.hold("get", "/v1/access", f"/v1/access?number={ALICE}&token=admin&limit=3", media=NDJSON).splitlines()) == 3
    d.hold("get", "/v1/access", "/v1/access?limit=x", status=400, media=PROBLEM)


def hold_capture(d):
    path = "/v1/capture"
    d.hold("get", path, path + "?system_id=shop1&seconds=0", media="application/x-pcapng")
    for query in ("", f"?number={ALICE}&system_id=shop1", "?number=12", "?system_id=shop1&unmasked=perhaps", "?system_id=shop1&second=1"):
        d.hold("get", path, path + query, status=400, media=PROBLEM)
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            connection = stack.enter_context(contextlib.closing(http.client.HTTPConnection("127.0.0.1", d.gate.admin_port, timeout=10)))
            connection.request("GET", path + "?system_id=shop1", headers={"Authorization": f"Bearer {d.gate.token}"})
            assert connection.getresponse().status == 200
        d.hold("get", path, path + "?system_id=shop1", status=409, media=PROBLEM)


def hold_journal(d):
    with d.gate.bound() as esme, d.gate.bound("bank1") as bank:
        for destination in (ALICE, "33600000009", "caf\xe9"):
            esme.request(smpp.submit_sm("36111", destination))
        bank.request(smpp.submit_sm("36222", ALICE))
    lines = d.hold("get", "/v1/journal", "/v1/journal?from=2026-01-01", media=NDJSON).splitlines()
    assert len(lines) == 4
    d.hold("get", "/v1/journal", status=400, media=PROBLEM)


def hold_reports(d):
    for query in ("from=2026-01-01&to=2999-01-01", "from=2026-01-01T00:00:00%2B01:00&to=2999-01-01&sender=shop&source=s", "from=2026-01-01&to=2026-01-01"):
        d.hold("get", "/v1/report", "/v1/report?" + query)
    for query in ("", "?from=2026-01-01", "?from=2026-01-01&to=x", "?from=2026-01-02&to=2026-01-01", "?from=2026-01-01&to=2026-01-02&sender=none", "?form=2026-01-01"):
        d.hold("get", "/v1/report", "/v1/report" + query, status=400, media=PROBLEM)
    dossier = "/v1/numbers/{number}/dossier"
    for number in (f"{ALICE}/dossier", "%2B33600000000/dossier", "0612345678/dossier?lang=fr"):
        assert "</html>" in d.hold("get", dossier, "/v1/numbers/" + number, media="text/html")
    for wrong in ("12/dossier", f"{ALICE}/dossier?lang=de", f"{ALICE}/dossier?x=1"):
        d.hold("get", dossier, "/v1/numbers/" + wrong, status=400, media=PROBLEM)


def test_answers_are_as_described(description, tmp_path):
    d = description
    assert d.text["openapi"].startswith("3.1")
    hold_events(d)
    hold_numbers(d)
    hold_imports(d)
    hold_journal(d)
    hold_reports(d)
    hold_proof(d, tmp_path)
    hold_corrections(d, tmp_path)
    hold_access(d)
    hold_capture(d)
    for path, media in (("/metrics", "text/plain"), ("/healthz", "text/plain"), ("/readyz", "text/plain"), ("/openapi.json", "application/json")):
        d.hold("get", path, media=media)
        d.hold("head", path, media=None)
    for method, path, status in d.described():
        if status == "401":
            d.hold(method, path, path.replace("{", "").replace("}", ""), b"" if method == "post" else None, "text/csv", 401, PROBLEM, token="wrong")
        if status == "403":
            d.hold(method, path, path.replace("{", "").replace("}", ""), b"" if method == "post" else None, "text/csv", 403, PROBLEM, token=d.gate.token_of("vera"))
    busy = {("get", f"/v1/imports/{{id}}/{part}", "409") for part in ("refusals", "rejects")}  # while it runs: a unit test sees to it
    assert {p for p in d.described() if p[2] not in ELSEWHERE} - busy == d.held


def test_its_references_lead_somewhere(description):
    def walk(node):
        if isinstance(node, dict):
            if "$ref" in node:
                description.resolved(node)
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(description.text)
    names = [o["operationId"] for i in description.text["paths"].values() for m, o in i.items() if m != "parameters"]
    assert len(names) == len(set(names))
