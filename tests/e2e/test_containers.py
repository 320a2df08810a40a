"""What needs a container engine, checked without one: schemas, linters, and that the files agree with each other and with the gate."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml
from harness.gate import BINARY, ROOT
from harness.peer import PEERS
from harness.prometheus import tool

CONTAINER, KUBERNETES = ROOT / "deploy" / "container", ROOT / "deploy" / "kubernetes"
DOCKERFILE = (CONTAINER / "Dockerfile").read_text()


def node(program, text):
    installed = pathlib.Path(os.environ.get("CONSENTGATE_PEERS", ROOT / "build" / "peers")) / "node_modules"
    if not shutil.which("node") or not (installed / "kubernetes-models").is_dir():
        pytest.skip(f"the npm packages of tests/peers are not installed in {installed}")
    done = subprocess.run(["node", PEERS / program], input=text, capture_output=True, text=True, timeout=60, env={**os.environ, "NODE_PATH": str(installed)})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def manifests():
    return [o for file in sorted(KUBERNETES.glob("*.yaml")) if file.name != "kustomization.yaml" for o in yaml.safe_load_all(file.read_text())]


def the(kind, name="consentgate"):
    [found] = [o for o in manifests() if o["kind"] == kind and o["metadata"]["name"] == name]
    return found


def check_configuration(text, folder):
    file = pathlib.Path(folder) / "consentgate.yaml"
    file.write_text(text)
    done = subprocess.run([BINARY, "check-config", "--config", file], capture_output=True, text=True)
    assert done.returncode == 0 and "warning" not in done.stderr, done.stderr


def test_the_manifests_fit_their_schemas():
    objects = manifests()
    assert {o["kind"] for o in objects} == {"ConfigMap", "StatefulSet", "Service", "PodDisruptionBudget", "NetworkPolicy"}
    assert dict(zip((o["kind"] for o in objects), node("check_manifests.js", json.dumps(objects)))) == {o["kind"]: [] for o in objects}
    broken = the("StatefulSet")
    broken["spec"]["replicas"], broken["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] = "one", "smpp"
    [found] = node("check_manifests.js", json.dumps([broken]))
    assert "replicas" in str(found)


def test_the_manifests_agree_with_each_other(tmp_path):
    listed = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())["resources"]
    assert {f.name for f in KUBERNETES.glob("*.yaml")} == {"kustomization.yaml", *listed}
    gate = the("StatefulSet")["spec"]
    pod = gate["template"]["spec"]
    [container] = pod["containers"]
    labels = gate["template"]["metadata"]["labels"]
    for selector in (gate["selector"]["matchLabels"], the("Service")["spec"]["selector"], the("Service", gate["serviceName"])["spec"]["selector"],
                     the("PodDisruptionBudget")["spec"]["selector"]["matchLabels"], the("NetworkPolicy")["spec"]["podSelector"]["matchLabels"]):
        assert selector.items() <= labels.items()
    ports = {p["name"]: p["containerPort"] for p in container["ports"]}
    configuration = the("ConfigMap")["data"]["consentgate.yaml"]
    assert ports == {"smpp": 2775, "admin": int(yaml.safe_load(configuration)["admin"]["address"].split(":")[1])}
    probes = {p: container[p]["httpGet"] for p in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {p["port"] for p in probes.values()} == {"admin"}
    assert (probes["livenessProbe"]["path"], probes["readinessProbe"]["path"]) == ("/healthz", "/readyz")
    assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]} | {v["metadata"]["name"] for v in gate["volumeClaimTemplates"]}
    assert yaml.safe_load(configuration)["store"]["path"] in {m["mountPath"] for m in container["volumeMounts"]}
    assert gate["replicas"] == 1 and pod["terminationGracePeriodSeconds"] > 30
    check_configuration(configuration, tmp_path)


def test_nothing_runs_as_root_or_writes_its_root_file_system():
    pod = the("StatefulSet")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    [user] = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.M)
    assert user == (str(pod["securityContext"]["runAsUser"]), str(pod["securityContext"]["runAsGroup"])) and user[0] != "0"
    assert f"--uid {user[0]} " in DOCKERFILE and pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    gate = yaml.safe_load((CONTAINER / "compose.yaml").read_text())["services"]["gate"]
    assert gate["read_only"] and gate["user"] == ":".join(user) and gate["cap_drop"] == ["ALL"]


def test_the_dockerfile():
    assert node("check_dockerfile.js", DOCKERFILE) == []
    assert node("check_dockerfile.js", "FROM a\nRUM x\n") != []
    stages = re.findall(r"^FROM (\S+)(?: AS (\w+))?$", DOCKERFILE, re.M)
    assert len(stages) == 2 and stages[1][1] == ""
    for source in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.M):
        assert all((ROOT / s).exists() for s in source.split()), source
    groups = re.search(r"install-packages.sh ([a-z ]+)$", DOCKERFILE, re.M)[1].split()
    known = {line.split()[0] for line in (ROOT / "deploy" / "packages.txt").read_text().splitlines() if line and line[0] != "#"}
    assert groups == ["build", "package"] and set(groups) <= known


def test_the_compose_file(tmp_path):
    if not shutil.which("docker-compose"):
        pytest.skip("docker-compose is not installed")
    done = subprocess.run(["docker-compose", "-f", CONTAINER / "compose.yaml", "config", "-q"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    compose = yaml.safe_load((CONTAINER / "compose.yaml").read_text())
    for service in compose["services"].values():
        for mount in service["volumes"]:
            source = mount.split(":")[0]
            assert (CONTAINER / source).exists() if source.startswith(".") else source in compose["volumes"], mount
    check_configuration((CONTAINER / "consentgate.yaml").read_text(), tmp_path)
    done = subprocess.run([tool("promtool"), "check", "config", "--syntax-only", CONTAINER / "prometheus.yaml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert yaml.safe_load((CONTAINER / "grafana-dashboards.yaml").read_text())["providers"][0]["options"]["path"] == "/dashboards"
