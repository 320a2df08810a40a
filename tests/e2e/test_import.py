"""Lists at the door: refused rows to send back, what a list is worth, registries of reassigned numbers, files that are not as they should be."""

import csv
import io
import json
import os
import stat
import subprocess

import pytest
from harness.gate import BINARY, wait_until
from harness.mounts import memory_disk

ALICE, BOB, CAROL = "33612345678", "33612345679", "33612345670"
FIELDS = "number,event,scope,occurred_at,method,source,source_kind,collector,evidence"
GOOD = "{},opt_in,sender:shop,2026-01-01,paper,list,own_form,us,x"


@pytest.fixture(params=["online", "offline"])
def mode(request, gate):
    if request.param == "offline":
        assert gate.stop() == 0
        return ["--offline"]
    return []


@pytest.fixture
def write(tmp_path):
    def write(content, name="list.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""), strict=True))


def figures(done):
    return json.loads(done.stdout)["figures"]


def test_refused_rows_go_back_to_the_supplier(gate, mode, write, tmp_path):
    wrong = GOOD.format("=cmd|'/C calc'!A0").replace("us,x", 'us,"a ""b"",c"')
    path = write("\ufeff" + "\r\n".join([FIELDS, GOOD.format(ALICE), wrong, f"{BOB},opt_out,all", GOOD.format(BOB) + ",more", f'"{CAROL},opt_out,all,,,,,,', GOOD.format(CAROL).replace("own_form", "scraped"), ""]))
    out = tmp_path / "back.csv"
    out.write_text("of an earlier list")
    gate.cli("import", path, "--rejects", out, *mode, check=3)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600 and sorted(p.name for p in tmp_path.glob("back*")) == ["back.csv"]
    content = out.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf" + FIELDS.encode() + b",reason\r\n") and content.endswith(b"\r\n")
    header, first, short, long, quote, scraped = rows_of(out)
    # What a spreadsheet would run has an apostrophe in front; the other cells are what they were.
    assert first[:-1] == ["'=cmd|'/C calc'!A0", *next(csv.reader([wrong]))[1:]] and first[-1].startswith("line 3: number: ")
    assert GOOD.format(CAROL).replace("own_form", "scraped").encode() + b',"line 7: ' in content
    assert len({len(r) for r in (header, first, short, long, quote, scraped)}) == 1
    assert short[0] == f"{BOB},opt_out,all" and not any(short[1:-1]) and short[-1] == "line 4: row: it has 3 fields, the header has 9"
    assert long[0] == GOOD.format(BOB) + ",more" and "it has 10 fields" in long[-1]
    assert quote[0] == f'"{CAROL},opt_out,all,,,,,,' and quote[-1] == "line 6: row: a quote is opened and never closed"
    assert scraped[:-1] == GOOD.format(CAROL).replace("own_form", "scraped").split(",") and "source_kind:" in scraped[-1]
    assert all(r[-1].startswith("line ") for r in (first, short, long, quote, scraped))

    # As it is, it is refused again, with the same cells; corrected, it is taken.
    again = tmp_path / "again.csv"
    assert "5 refused" in gate.cli("import", out, "--rejects", again, *mode, check=3).stdout
    assert rows_of(again)[0] == header and [r[:-1] for r in rows_of(again)[1:]] == [r[:-1] for r in rows_of(out)[1:]]
    with open(again, "w", newline="") as file:
        csv.writer(file).writerows([header, [BOB, *first[1:]], [*GOOD.format(CAROL).split(","), scraped[-1]]])
    assert "2 taken" in gate.cli("import", again, *mode, check=0).stdout
    assert "3 unchanged" in gate.cli("import", write("\n".join([FIELDS, *map(GOOD.format, (ALICE, CAROL, CAROL)), ""])), *mode, check=0).stdout


def test_the_file_of_refused_rows_is_whole_or_not_there(gate, mode, write, tmp_path):
    path = write(f"{FIELDS}\n{GOOD.format(ALICE)}\n")
    back = tmp_path / "back.csv"
    gate.cli("import", path, "--rejects", back, *mode, check=0)
    assert back.read_bytes() == FIELDS.encode() + b",reason\r\n"
    back.write_text("earlier")
    gate.cli("import", write(FIELDS.replace("event", "evnt") + "\n", "bad.csv"), "--rejects", back, *mode, check=1)
    assert back.read_text() == "earlier" and sorted(p.name for p in tmp_path.glob("back*")) == ["back.csv"]
    (tmp_path / "other.csv").symlink_to(path)
    for wrong, message in [(path, "the file to import"), (tmp_path / "other.csv", "the file to import"), (tmp_path, "no file"), ("/dev/full", "no file"), (tmp_path / "none" / "x", "No such file")]:
        before = path.read_bytes()
        assert message in gate.cli("import", write(f"{FIELDS}\n{GOOD.format(BOB)}\n") if wrong != path else path, "--rejects", wrong, *mode, check=1).stderr
        assert wrong != path or path.read_bytes() == before
    assert gate.cli("export", "--number", BOB, *mode, check=0).stdout == ""


def test_a_full_disk_leaves_no_half_of_the_refused_rows(gate, mode, write, tmp_path):
    path = write("number,event,scope\n" + "".join(f"x{i:07},opt_out,all\n" for i in range(20000)) + f"{ALICE},opt_out,all\n")
    disk = memory_disk(tmp_path / "disk", 1 << 20)
    try:
        done = gate.cli("import", path, "--rejects", disk.folder / "back.csv", *mode, check=1)
        assert "No space left" in done.stderr and "the import itself is done" in done.stderr
        assert list(disk.folder.iterdir()) == []
    finally:
        disk.unmount()
    assert len(gate.cli("export", "--number", ALICE, *mode, check=0).stdout.splitlines()) == 1


def test_what_a_list_is_worth(gate, mode, write):
    gate.cli("opt-out", BOB, "--scope", "group:retail", "--occurred-at", "2026-03-01T00:00:00Z", *mode, check=0)
    gate.cli("recall", "--source", "sold", "--reason", "no proof", *mode, check=0)
    gate.cli("reassigned", "33600000001", *mode, check=0)
    gate.cli("import", write(f"{FIELDS}\n{GOOD.format(ALICE)}\n"), *mode, check=0)
    path = write("\n".join([
        FIELDS, GOOD.format(ALICE), GOOD.format(BOB), GOOD.format(BOB), GOOD.format(CAROL), GOOD.format(CAROL).replace("list,own_form", "sold,broker"), GOOD.format("33600000001"),
        GOOD.format("33600000002").replace("2026-01-01", "2019-01-01"), GOOD.format("33600000003").replace("sender:shop", "sender:shpo"), GOOD.format("12").replace("own_form", "scraped"),
        "33600000004,opt_out,all,,,,,,", ""]))
    events = gate.cli("export", *mode, check=0).stdout
    dry = json.loads(gate.cli("import", path, "--dry-run", "--json", *mode, check=3).stdout)
    table = gate.cli("import", path, "--dry-run", *mode, check=3).stdout
    assert gate.cli("export", *mode, check=0).stdout == events
    real = json.loads(gate.cli("import", path, "--json", *mode, check=3).stdout)
    for report in (dry, real):
        assert (report["rows"], report["taken"], report["unchanged"], report["refused"]) == (10, 7, 2, 1)
        f = report["figures"]
        assert {k: f[k] for k in ("effective_opt_ins", "opted_out", "source_recalled", "number_reassigned", "consent_expired", "opt_outs", "reassignments", "duplicates", "duplicates_are_exact")} == {
            "effective_opt_ins": 2, "opted_out": 1, "source_recalled": 1, "number_reassigned": 1, "consent_expired": 1, "opt_outs": 1, "reassignments": 0, "duplicates": 1, "duplicates_are_exact": True}
        assert f["refused_by_reason"] == [{"field": "number", "kind": "unreadable", "rows": 1}, {"field": "source_kind", "kind": "not_asked", "rows": 1}]
        assert [(s["source"], s["source_kind"], s["rows"], s["taken"], s["refused"]) for s in f["sources"]] == [("", "", 1, 1, 0), ("list", "own_form", 7, 5, 0), ("list", "scraped", 1, 0, 1), ("sold", "broker", 1, 1, 0)]
        assert f["scopes_not_configured"] == [{"scope": "sender:shpo", "rows": 1}]
    assert dry["figures"] == real["figures"]
    assert "10 rows: 7 would be taken, 2 unchanged, 1 refused" in table and "1 opt-ins of people who opted out" in table and "sold" in table and "sender:shpo" in table


def test_a_registry_of_reassigned_numbers(gate, mode, write, tmp_path):
    gate.cli("import", write(f"{FIELDS}\n{GOOD.format(ALICE)}\n{GOOD.format(BOB)}\n"), *mode, check=0)
    path = write(f"number,occurred_at,source,event\n{ALICE},2026-02-01,registry,\n{BOB},2025-02-01,registry,reassigned\n{CAROL},2099-01-01,registry,\n{CAROL},,,opt_out\n")
    back = tmp_path / "back.csv"
    dry = gate.cli("reassigned", "--csv", path, "--dry-run", "--json", *mode, check=3)
    assert figures(dry)["reassignments"] == 2 and json.loads(dry.stdout)["refused"] == 2
    assert "2 taken" in gate.cli("reassigned", "--csv", path, "--rejects", back, "--reason", "quarterly file", *mode, check=3).stdout
    assert "2 unchanged" in gate.cli("reassigned", "--csv", path, *mode, check=3).stdout
    reasons = [r[-1] for r in rows_of(back)[1:]]
    assert "in the future" in reasons[0] and "event:" in reasons[1] and "occurred_at: is missing" in reasons[1]
    history = [json.loads(line) for line in gate.cli("export", "--number", ALICE, *mode, check=0).stdout.splitlines()]
    assert [(e["event"], e["occurred_at"], e.get("reason"), e["source"]) for e in history[1:]] == [("reassigned", "2026-02-01T23:59:59.999999Z", "quarterly file", "registry")]
    verdicts = [json.loads(gate.cli("explain", n, "--sender", "shop", "--json", *mode, check=0).stdout)["verdict"] for n in (ALICE, BOB)]
    assert verdicts == ["refused", "forwarded"]
    assert "the gate's own command alone" in gate.cli("import", write(f"number,event,scope\n{BOB},reassigned,all\n"), *mode, check=3).stderr
    assert "unknown field `scope`" in gate.cli("reassigned", "--csv", write(f"number,event,scope\n{BOB},reassigned,all\n"), *mode, check=1).stderr
    for arguments in ([], [ALICE, "--csv", path], ["--csv", path, "--source", "s"], [ALICE, "--dry-run"]):
        gate.cli("reassigned", *arguments, check=2)


@pytest.mark.parametrize("content, message", [
    (f"{FIELDS}\n{GOOD}\n".replace("us", "é").encode("latin-1"), "line 2 is not UTF-8"),
    (f"{FIELDS}\n{GOOD}\n".encode("utf-16"), "is UTF-16"),
    (f"{FIELDS}\n{GOOD}\n".encode("utf-16-be"), "is UTF-16"),
    (f"{FIELDS}\r{GOOD}\r", "carriage return alone"),
    (f"{FIELDS}\n{GOOD}\n".replace(",", ";"), "separated by semicolons"),
    (f"{FIELDS}\n{GOOD}\n".replace(",", "\t"), "separated by tabs"),
    (f"{FIELDS}\n".replace("occurred_at", "Occurred At"), "write it `occurred_at`"),
    (f"{FIELDS}\n".replace("number", " number"), "write it `number`"),
    (f"{FIELDS}\n".replace("scope,", ""), "lacks the field `scope`"),
    (f"{FIELDS},reason,wording\n", "only as the last column"),
    (f"{FIELDS},{FIELDS}\n", "twice"),
    ("", "is empty"),
    (f"{FIELDS}\n{GOOD}é".encode()[:-1], "ends within a character"),
])
def test_a_file_that_cannot_be_used_takes_nothing(gate, mode, write, content, message):
    content = content.replace(b"{}", ALICE.encode()) if isinstance(content, bytes) else content.replace("{}", ALICE)
    stderr = gate.cli("import", write(content), *mode, check=1).stderr
    assert message in stderr and "nothing was stored" in stderr
    assert gate.cli("export", *mode, check=0).stdout == ""


def test_a_file_that_was_cut(gate, mode, write):
    done = gate.cli("import", write(f"{FIELDS}\n{GOOD.format(ALICE)}\n{GOOD.format(BOB)[:40]}"), *mode, check=3)
    assert "1 taken" in done.stdout and "line 3 refused" in done.stderr and "was it cut?" in done.stderr
    done = gate.cli("import", write(f'{FIELDS}\n{GOOD.format(CAROL)}\n{GOOD.format(BOB)[:-1]}"half'), *mode, check=3)
    assert "1 taken" in done.stdout and "never closed" in done.stderr
    numbers = {json.loads(line)["number"] for line in gate.cli("export", *mode, check=0).stdout.splitlines()}
    assert numbers == {ALICE, CAROL}


@pytest.mark.parametrize("how", ["online", "offline"])
def test_killed_during_an_import(gate, write, how):
    count = 400000
    path = write(FIELDS + "\n" + "".join(GOOD.format(f"336{i:08}") + "\n" for i in range(count)))
    if how == "online":
        client = subprocess.Popen([BINARY, "import", path, "--config", gate.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: gate.metric("consentgate_ledger_events") > 4000)
        gate.kill9()
        assert client.wait(30) == 1
        gate.start()
    else:
        gate.stop()
        logs = lambda: sum(p.stat().st_size for p in gate.store.rglob("*.log"))  # noqa: E731
        before = logs()
        victim = subprocess.Popen([BINARY, "import", path, "--offline", "--config", gate.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: logs() > before + 8_000_000)  # several writes
        victim.kill()
        assert victim.wait(30) == -9
        gate.start()
    had = len(gate.cli("export", check=0).stdout.splitlines())
    assert 0 < had < count
    report = json.loads(gate.cli("import", path, "--json", check=0, timeout=120).stdout)
    assert (report["taken"], report["unchanged"]) == (count - had, had) and report["figures"]["duplicates"] == 0
    numbers = [json.loads(line)["number"] for line in gate.cli("export", check=0).stdout.splitlines()]
    assert len(numbers) == len(set(numbers)) == count
    gate.cli("verify", check=0, timeout=120)


def peak_of(arguments):
    """(exit code, the memory it had at most)."""
    process = subprocess.Popen([BINARY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss * 1024


@pytest.mark.skipif(os.environ.get("CONSENTGATE_LONG") != "1", reason="takes longer than a minute: tests/run.sh --long")
def test_two_gigabytes_take_no_more_memory_than_two_rows(gate, write, tmp_path):
    gate.stop()
    small = write(f"{FIELDS},wording\n{GOOD.format(ALICE)},w\n", "small.csv")
    code, least = peak_of(["import", small, "--dry-run", "--offline", "--config", gate.config])
    assert code == 0
    large = tmp_path / "large.csv"
    with open(large, "wb") as file:
        file.write(f"{FIELDS},wording\n".encode())
        file.seek(1 << 30, os.SEEK_CUR)  # a row of nothing
        file.write(b"\n")
        for i in range(1 << 18):
            file.write((GOOD.format(f"336{i:08}") + "," + "w" * 4000 + "\n").encode())
    assert large.stat().st_size > 2_000_000_000
    code, most = peak_of(["import", large, "--dry-run", "--offline", "--rejects", tmp_path / "back.csv", "--config", gate.config])
    large.unlink()
    assert code == 3 and len(rows_of(tmp_path / "back.csv")) == 2
    assert most < least + 150_000_000, (least, most)  # of it 30 MB for the digests that tell what is there twice
