"""The page's file for Kubernetes fits its schema, and starts each worker."""

import json
import os
import subprocess

import pytest

from tests import code_blocks
from tests.code_blocks import ROOT

PAGE = ROOT / "docs" / "distributed.md"


def documents():
    yaml = pytest.importorskip("yaml")
    (block,) = code_blocks.blocks(PAGE, "yaml")
    return list(yaml.safe_load_all(block.code))


def test_each_document_fits_the_schema_of_kubernetes():
    validator = pytest.importorskip("kubernetes_validate")
    found = documents()
    assert [each["kind"] for each in found] == ["Service", "Job"]
    for each in found:
        validator.validate(each, validator.latest_version(), strict=True)


def test_a_key_that_kubernetes_does_not_know_is_refused():
    validator = pytest.importorskip("kubernetes_validate")
    _, job = documents()
    job["spec"]["parallel"] = 2
    with pytest.raises(validator.ValidationError):
        validator.validate(job, validator.latest_version(), strict=True)


@pytest.mark.parametrize("index", [0, 1])
def test_each_pod_knows_which_worker_it_is(tmp_path, index):
    _, job = documents()
    (container,) = job["spec"]["template"]["spec"]["containers"]
    command = tmp_path / "keras-gan"
    command.write_text('#!/bin/sh\necho "$TF_CONFIG"; echo "$@"\n', "utf-8")
    command.chmod(0o755)
    told = subprocess.run(
        [*container["command"], *container["args"]],
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "JOB_COMPLETION_INDEX": str(index),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    *config, arguments = told.stdout.strip().splitlines()
    found = json.loads("".join(config))
    assert found["task"] == {"type": "worker", "index": index}
    service, name = (each["metadata"]["name"] for each in documents())
    assert found["cluster"]["worker"] == [
        f"{name}-{pod}.{service}:2222" for pod in range(2)
    ]
    assert arguments.endswith("--out /runs/a --resume")
