# SPDX-License-Identifier: MIT
"""packaging/fleet's files are what their readers take, and agree with each
other: Docker's and Kubernetes' by the schemas that Debian's packages bring."""
import importlib.util
import re
import shutil
import site
import subprocess
import sys

import pytest

import harness
from fronts import placing

HERE = placing.HERE
MODULES = placing.UNPACKED / "usr/lib/python3/dist-packages"


def module(name):
    """One of Debian's, installed or unpacked."""
    if MODULES.is_dir():
        site.addsitedir(str(MODULES))
    try:
        return __import__(name, fromlist=["x"])
    except ImportError as why:
        harness.need(str(why))


def documents(text):
    return [d for d in module("yaml").safe_load_all(text) if d]


def manifests():
    return {d["kind"]: d for path in sorted((HERE / "kubernetes").iterdir())
            for d in documents(path.read_text())}


def ini():
    text = re.sub(r"#.*", "", (HERE / "etagd.ini").read_text())
    return dict(re.findall(r"^(\S+) = (.*?) *$", text, re.M))


def seconds(text):
    return int(re.fullmatch(r"(\d+)s", text)[1])


def test_the_node_is_configured_without_a_doubt(program, tmp_path):
    (tmp_path / "etagd.ini").write_text(placing.placed(
        "etagd.ini", {"root = /srv": "root = %s" % tmp_path}))
    done = harness.run("-t", "-c", tmp_path / "etagd.ini")
    assert done.returncode == 0
    assert done.stderr.splitlines() == ["etagd: the configuration is good"]


def test_a_place_that_is_not_there_is_an_error():
    with pytest.raises(ValueError):
        placing.placed("haproxy.cfg", {"bind :8080": "bind :1"})


# -- one table of places and times

def test_all_speak_of_the_same_nodes_ports_and_paths():
    said = ini()
    texts = {p.name: p.read_text() for p in HERE.iterdir() if p.is_file() and
             p.name in ("haproxy.cfg", "default.vcl", "nginx.conf")}
    assert len(texts) == 3
    port = said["listen"]  # the last one: of [metrics]
    assert port.endswith(":9180")
    for name, text in texts.items():
        assert set(re.findall(r"etagd-\d:\d+", text)) == {
            "%s:8080" % n for n in placing.NODES}, name
    assert "httpchk GET %s\n" % said["path"] in texts["haproxy.cfg"]
    assert '.url = "%s"' % said["path"] in texts["default.vcl"]
    assert set(re.findall(r"etagd-\d:\d+", (HERE / "prometheus.yml")
                          .read_text())) == {"%s:9180" % n
                                             for n in placing.NODES}


def test_who_stands_in_front_sees_a_leaving_node_in_time():
    """Before it is deaf: interval times failures, plus one interval, and some."""
    said = seconds(ini()["ready-delay"])
    inter, fall = map(int, re.search(r"inter (\d+)ms fall (\d+)", (
        HERE / "haproxy.cfg").read_text()).groups())
    assert inter * (fall + 1) / 1000 < said / 2
    vcl = (HERE / "default.vcl").read_text()
    assert "interval = 500ms" in vcl and "window = 3" in vcl
    pod = manifests()["Deployment"]["spec"]["template"]["spec"]
    probe = pod["containers"][0]["readinessProbe"]
    assert probe["periodSeconds"] * (probe["failureThreshold"] + 1) < said
    whole = said + seconds(ini()["drain"])
    assert whole + 5 <= pod["terminationGracePeriodSeconds"]
    assert whole + 5 <= seconds(re.search(r"stop_grace_period: (\S+)", (
        HERE / "compose.yaml").read_text())[1])


# -- Docker, podman

def compose():
    """The second version is a program (Debian 13), the first one a module of
    Python (Debian 12), which is found where it was unpacked."""
    module("yaml")
    if importlib.util.find_spec("compose"):
        return ["/usr/bin/python3", "-c", "import site, sys\n"
                "site.addsitedir(%r)\n"
                "from compose.cli.main import main\n"
                "sys.argv[0] = 'docker-compose'\nmain()" % str(MODULES)]
    program = shutil.which("docker-compose") or shutil.which(
        "docker-compose", path=str(placing.UNPACKED / "usr/bin"))
    if not program:
        harness.need("there is no docker-compose")
    return [program]


def mounted(volume):
    """The path of ours: the versions print a volume in two ways."""
    if isinstance(volume, dict):
        return volume["source"]
    return volume.split(":")[0]


def test_compose(tmp_path):
    """By its schema, with names resolved."""
    done = subprocess.run(
        [*compose(), "-f", str(HERE / "compose.yaml"), "config"],
        capture_output=True, text=True, timeout=harness.DEADLINE_S,
        cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr.lower(), done.stderr
    services = documents(done.stdout)[0]["services"]
    assert set(placing.NODES) < set(services)
    used = {mounted(v) for s in services.values()
            for v in s.get("volumes", ())}
    for path in used:  # each file that a container is given is there
        assert not path.startswith(str(HERE.parent)) or \
            (HERE / path).exists(), path
    for name in placing.NODES:
        node = services[name]
        assert node["read_only"] and node["cap_drop"] == ["ALL"]
        assert node["user"] == "65532:65532"
        assert node["security_opt"] == ["no-new-privileges:true"]


# -- Kubernetes

def conforms(value, kind, at=""):
    """Is it what the type of Kubernetes' OpenAPI description says?  Fields that
    it does not know are an error."""
    models = module("kubernetes.client")
    if kind.startswith("list["):
        assert isinstance(value, list), at
        for i, one in enumerate(value):
            conforms(one, kind[5:-1], "%s[%d]" % (at, i))
    elif kind.startswith("dict("):
        assert isinstance(value, dict), at
        inner = kind[5:-1].partition(", ")[2]
        for key, one in value.items():
            conforms(one, inner, "%s.%s" % (at, key))
    elif kind in ("str", "bool", "int", "float"):
        wanted = {"str": str, "bool": bool, "int": int, "float": float}[kind]
        assert type(value) is wanted, (at, value, kind)
    elif kind != "object":  # IntOrString among others
        model = getattr(models, kind)
        assert isinstance(value, dict), at
        names = {v: k for k, v in model.attribute_map.items()}
        assert set(value) <= set(names), (at, set(value) - set(names))
        for key, one in value.items():
            conforms(one, model.openapi_types[names[key]],
                     "%s.%s" % (at, key))
        given = {names[k]: None for k in value}
        try:  # what is required is refused when it is None
            model(**{n: object() if n in given else None
                     for n in model.openapi_types})
        except ValueError as why:
            if "must not be `None`" in str(why):
                raise AssertionError((at, str(why)))


KINDS = {"Deployment": ("apps/v1", "V1Deployment"),
         "Service": ("v1", "V1Service"), "ConfigMap": ("v1", "V1ConfigMap"),
         "PodDisruptionBudget": ("policy/v1", "V1PodDisruptionBudget")}


def test_manifests():
    found = manifests()
    assert set(found) == set(KINDS) - {"ConfigMap"}
    for kind, document in found.items():
        assert document["apiVersion"] == KINDS[kind][0]
        conforms(document, KINDS[kind][1], kind)


def test_a_wrong_manifest_is_seen():
    found = manifests()["Deployment"]
    pod = found["spec"]["template"]["spec"]
    for change in (lambda: pod.update(hostNetworks=True),
                   lambda: pod.update(terminationGracePeriodSeconds="40"),
                   lambda: pod["containers"][0].pop("name")):
        found = manifests()["Deployment"]
        pod = found["spec"]["template"]["spec"]
        change()
        with pytest.raises(AssertionError):
            conforms(found, "V1Deployment", "Deployment")


def test_pods_can_do_little():
    pod = manifests()["Deployment"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {
        "type": "RuntimeDefault"}
    box = pod["containers"][0]
    assert box["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]}}
    assert box["resources"]["requests"] and box["resources"]["limits"]
    assert "lifecycle" not in box  # no preStop
    said = ini()
    ports = {p["name"]: p["containerPort"] for p in box["ports"]}
    assert ports == {"http": 8080, "metrics": 9180}
    for probe, path in (("readinessProbe", said["path"]),
                        ("startupProbe", said["path"]),
                        ("livenessProbe", said["live"])):
        assert box[probe]["httpGet"] == {"path": path, "port": "http"}


def test_they_find_each_other():
    found = manifests()
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert found["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert found["Service"]["spec"]["selector"] == labels
    assert found["PodDisruptionBudget"]["spec"]["selector"][
        "matchLabels"] == labels


def test_kustomize_builds_it():
    kubectl = placing.program("kubectl")
    if not kubectl:
        harness.need("there is no kubectl")
    done = subprocess.run([kubectl, "kustomize", str(HERE)], text=True,
                          capture_output=True, timeout=harness.DEADLINE_S)
    assert done.returncode == 0, done.stderr
    built = {d["kind"]: d for d in documents(done.stdout)}
    assert set(built) == set(KINDS)
    for kind, document in built.items():
        conforms(document, KINDS[kind][1], kind)
    name = built["ConfigMap"]["metadata"]["name"]
    assert re.fullmatch("etagd-[a-z0-9]{10}", name)
    pod = built["Deployment"]["spec"]["template"]["spec"]
    assert pod["volumes"][0]["configMap"]["name"] == name
    assert pod["containers"][0]["image"] == "registry.example/site:latest"
    assert built["ConfigMap"]["data"]["etagd.ini"] == (
        HERE / "etagd.ini").read_text()


# -- Prometheus

def test_prometheus():
    promtool = placing.program("promtool")
    if not promtool:
        harness.need("there is no promtool")
    done = subprocess.run(
        [promtool, "check", "config", "/dev/stdin"], text=True,
        input=placing.prometheus([("127.0.0.1", i) for i in (1, 2, 3)], 4,
                                 HERE.parent / "monitoring/alerts.yml"),
        capture_output=True, timeout=harness.DEADLINE_S,
        env=placing.environment())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rules found" in done.stdout


# -- doc/capacity.md

def test_capacity_is_computed():
    """Its tables are what the program beside it prints, and its first one has
    the costs that this computes with."""
    doc = harness.TOP / "doc"
    text = (doc / "capacity.md").read_text()
    done = subprocess.run([sys.executable, doc / "capacity.py"], check=True,
                          capture_output=True, text=True)
    for table in done.stdout.split("\n\n"):
        assert table.strip() in text
    for row in re.findall(r"^    \S+: (\(.*\)),$", (
            doc / "capacity.py").read_text(), re.M):
        assert "| %s |" % row.strip("()").replace(", ", " | ") in text, row
