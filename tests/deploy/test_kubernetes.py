"""The manifests: valid for the API server they are written for, confined, and true of the service they start."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest
import yaml
from places import DEPLOY, unknown

from server.settings import Settings

FOLDER = DEPLOY / "kubernetes"
VERSION = "1.31"
DOCUMENTS = [
    document
    for file in sorted(FOLDER.rglob("*.yaml"))
    if file.name != "kustomization.yaml"
    for document in yaml.safe_load_all(file.read_text("utf-8"))
]


def one(kind: str) -> dict[str, Any]:
    return next(document for document in DOCUMENTS if document["kind"] == kind)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: f"{d['kind']} {d['metadata']['name']}")
def test_the_api_server_would_take_it(document: dict) -> None:
    kubernetes_validate.validate(document, VERSION, strict=True)


def test_kustomize_finds_every_manifest_and_every_generated_name() -> None:
    for folder in (FOLDER, FOLDER / "online"):
        listed = set(yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]) - {".."}
        assert listed == {file.name for file in folder.glob("*.yaml")} - {"kustomization.yaml"}
    made = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    pod = one("StatefulSet")["spec"]["template"]["spec"]
    assert pod["containers"][0]["envFrom"][0]["configMapRef"]["name"] == made["configMapGenerator"][0]["name"]
    assert {"secretName": made["secretGenerator"][0]["name"], "defaultMode": 0o440} in [
        volume.get("secret") for volume in pod["volumes"]
    ]


def test_a_pod_may_do_nothing_it_need_not() -> None:
    assert one("Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    pod = one("StatefulSet")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["seccompProfile"]
    assert not pod["automountServiceAccountToken"] and not pod["enableServiceLinks"]
    held = container["securityContext"]
    assert held["readOnlyRootFilesystem"] and not held["allowPrivilegeEscalation"]
    assert held["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]
    for document in DOCUMENTS:
        if document["kind"] in ("NetworkPolicy", "PodDisruptionBudget"):
            chosen = document["spec"].get("podSelector") or document["spec"]["selector"]
            assert chosen["matchLabels"] == one("StatefulSet")["spec"]["selector"]["matchLabels"]


def test_probes_settings_and_grace_are_those_of_the_service() -> None:
    made = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    literals = dict(each.split("=", 1) for each in made["configMapGenerator"][0]["literals"])
    files = {name.rsplit("/", 1)[1] for name in made["secretGenerator"][0]["files"]}
    assert not unknown(set(literals) | files)
    pod = one("StatefulSet")["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] >= float(literals["SHUREN_OBSERVING__DRAIN_S"]) + 15
    (container,) = pod["containers"]
    ways = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")}
    assert ways == {"startup": "/readyz", "readiness": "/readyz", "liveness": "/healthz"}
    assert container["ports"][0]["containerPort"] == Settings().port
    mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {"/var/lib/shuren", "/tmp", literals["SHUREN_SECRETS_DIR"]} == mounts
