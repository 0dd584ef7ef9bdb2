"""Networks by name: got from a download or a file, measured, stored, and loaded."""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
import shutil
from pathlib import Path

import pytest
import torch
import torchvision
from safetensors.torch import save_file
from torch import Tensor

from nst_core.contract.errors import JobFailed
from nst_core.contract.places import State
from nst_core.engine.networks.activations import measured
from nst_core.engine.networks.classifier import Classifier
from nst_core.weights import loading
from nst_core.weights.catalog import EFFICIENTNET_LITE0, NETWORKS, VGG16, VGG19, Download
from nst_core.weights.errors import WeightsError
from nst_core.weights.getting import get_network, photographs
from nst_core.weights.loading import default_layers, load_backbone

from ..conftest import SAMPLES
from ..engine.published import preprocessed
from ..folders import names


def narrow_vgg19() -> dict[str, Tensor]:
    """The file of torchvision's VGG-19, with a 16th of its channels."""
    torch.manual_seed(19)
    widths = [width // 16 if isinstance(width, int) else width for width in torchvision.models.vgg.cfgs["E"]]
    layers = torchvision.models.vgg.make_layers(widths)
    return {f"features.{name}": value for name, value in layers.state_dict().items()}


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that the catalog knows as that of VGG-19."""
    path = tmp_path / "host" / "vgg19-narrow.pth"
    path.parent.mkdir()
    torch.save(narrow_vgg19(), path)
    data = path.read_bytes()
    origin = Download(path.as_uri(), hashlib.sha256(data).hexdigest(), len(data))
    network = dataclasses.replace(VGG19, origin=origin)
    monkeypatch.setattr(loading, "NETWORKS", {**NETWORKS, "vgg19": network})
    return path


@pytest.mark.parametrize("from_file", [False, True])
def test_vgg19_is_got_measured_and_loaded(published: Path, tmp_path: Path, from_file: bool) -> None:
    folder = tmp_path / "weights"
    path = get_network("vgg19", folder, SAMPLES, published if from_file else None)
    assert path == folder / "vgg19.safetensors"
    assert names(folder) == ["vgg19.safetensors", "vgg19.sha256"]
    assert published.exists()
    network = load_backbone(folder, "vgg19")
    for layer, mean in measured(network, photographs(SAMPLES)).items():
        if layer.startswith("relu"):  # but for the frame: the first convolution repeats the border now
            assert mean == pytest.approx(1.0, rel=0.2), layer
    assert default_layers(folder, "vgg19") == default_layers(folder, "vgg16")
    stamp = path.stat().st_mtime_ns
    assert get_network("vgg19", folder, SAMPLES).stat().st_mtime_ns == stamp


def test_vgg19_takes_the_pixels_as_torchvision_does(published: Path, tmp_path: Path) -> None:
    get_network("vgg19", tmp_path, SAMPLES)
    pixels = torch.rand(1, 3, 40, 56)
    first = narrow_vgg19()
    expected = torch.conv2d(
        preprocessed(pixels, "torchvision"), first["features.0.weight"], first["features.0.bias"], padding=1
    ).relu()
    layer = load_backbone(tmp_path, "vgg19", normalized=False).run(pixels, frozenset({"relu1_1"}))["relu1_1"]
    assert torch.allclose(layer, expected, atol=1e-5)


@pytest.mark.parametrize("damage", ["other file", "gone", "no note", "flip"])
def test_what_is_wrong_with_vgg19_is_a_sentence(published: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "weights"
    if damage in ("other file", "gone"):
        other = tmp_path / "other.pth"
        if damage == "other file":
            other.write_bytes(published.read_bytes()[:-1])
        sentence = "its SHA-256 differs" if damage == "other file" else "There is no file other.pth"
        with pytest.raises(WeightsError, match=sentence):
            get_network("vgg19", folder, SAMPLES, other)
        assert list(folder.iterdir()) == []
        return
    path = get_network("vgg19", folder, SAMPLES)
    if damage == "no note":
        (folder / "vgg19.sha256").unlink()
    else:
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    with pytest.raises(JobFailed, match=r"missing|damaged") as caught:
        load_backbone(folder, "vgg19")
    assert caught.value.code == "model_missing"
    assert "nst weights get vgg19" in caught.value.hint
    get_network("vgg19", folder, SAMPLES)
    assert load_backbone(folder, "vgg19").layers


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_torchvision_classifier_comes_from_a_file(tmp_path: Path, suffix: str) -> None:
    torch.manual_seed(0)
    model = torchvision.models.squeezenet1_1(weights=None)
    source = tmp_path / f"mine{suffix}"
    if suffix == ".pth":
        torch.save(model.state_dict(), source)
    else:
        save_file(model.state_dict(), source)
    folder = tmp_path / "weights"
    get_network("squeezenet1_1", folder, SAMPLES, source)
    network = load_backbone(folder, "squeezenet1_1")
    assert isinstance(network, Classifier)
    style, content = default_layers(folder, "squeezenet1_1")
    means = measured(network, photographs(SAMPLES))
    assert all(means[layer] == pytest.approx(1.0, rel=1e-3) for layer in (*style, content))
    published = load_backbone(folder, "squeezenet1_1", normalized=False)
    pixels = torch.rand(1, 3, 64, 64)
    layers = frozenset({content})
    expected = Classifier(model).run(pixels, layers)[content]
    assert torch.equal(published.run(pixels, layers)[content], expected)


class Evil:
    """What a pickle could run."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return eval, ("1/0",)


@pytest.mark.parametrize("what", ["evil", "noise", "empty", "list", "other model", "zeros", "safe noise"])
def test_a_file_that_is_no_classifier_is_a_sentence(tmp_path: Path, what: str) -> None:
    source = tmp_path / ("mine.safetensors" if what == "safe noise" else "mine.pth")
    state = torchvision.models.squeezenet1_1(weights=None).state_dict()
    if what == "evil":
        source.write_bytes(pickle.dumps({"features.0.weight": Evil()}, protocol=2))
    elif what in ("noise", "safe noise"):
        source.write_bytes(b"no weights at all " * 10)
    elif what == "empty":
        source.write_bytes(b"")
    elif what == "list":
        torch.save([1, 2, 3], source)
    elif what == "other model":
        torch.save(torchvision.models.mobilenet_v3_small(weights=None).state_dict(), source)
    else:
        torch.save({name: torch.zeros_like(value) for name, value in state.items()}, source)
    folder = tmp_path / "weights"
    with pytest.raises(WeightsError) as caught:
        get_network("squeezenet1_1", folder, SAMPLES, source)
    assert str(caught.value).endswith((".", "…"))
    assert list(folder.iterdir()) == []


def test_a_classifier_is_never_downloaded(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="can only be taken from a file"):
        get_network("resnet18", tmp_path, SAMPLES)
    with pytest.raises(JobFailed, match="missing") as caught:
        load_backbone(tmp_path, "resnet18")
    assert "nst weights get resnet18 --from FILE" in caught.value.hint
    with pytest.raises(JobFailed, match="missing"):
        default_layers(tmp_path, "resnet18")


def test_without_a_photograph_nothing_is_measured(published: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="sample photograph is missing"):
        get_network("vgg19", tmp_path / "weights", tmp_path)


def test_efficientnet_loads_by_name(networks: Path, tmp_path: Path) -> None:
    network = load_backbone(networks, "efficientnet-lite0", device="cpu")
    style, content = default_layers(networks, "efficientnet-lite0")
    assert {*style, content} <= set(network.layers)
    assert network.device.type == "cpu"
    shutil.copy(networks / "efficientnet-lite0.safetensors", tmp_path)
    assert get_network("efficientnet-lite0", tmp_path, tmp_path).parent == tmp_path
    assert EFFICIENTNET_LITE0.mean_activations is not None


def test_options_reach_the_network(installed: State) -> None:
    pixels, layers = torch.rand(1, 3, 32, 32), frozenset({"relu2_1"})
    default = load_backbone(installed.weights).run(pixels, layers)["relu2_1"]
    for options in (
        {"normalized": False},
        {"pooling": "average"},
        {"pooling": "max", "pooling_factor": 2.0},
        {"padding": "reflect"},
        {"preprocessed": False},
    ):
        other = load_backbone(installed.weights, **options).run(pixels, layers)["relu2_1"]
        assert not torch.allclose(other, default, rtol=1e-3), options
    raw = load_backbone(installed.weights, normalized=False).run(pixels, layers)["relu2_1"]
    assert VGG16.mean_activations is not None
    inner = (slice(None), slice(None), slice(3, -3), slice(3, -3))
    means = VGG16.mean_activations["relu2_1"]
    assert torch.allclose(default[inner] * means, raw[inner], rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("vgg17", {}, "There is no network called “vgg17”"),
        ("", {}, "There is no network called “”"),
        ("../vgg16", {}, "There is no network called"),
        ("resnet18", {"pooling": "l2"}, "cannot be chosen for resnet18"),
        ("efficientnet-lite0", {"padding": "reflect"}, "cannot be chosen for efficientnet-lite0"),
        ("vgg16", {"device": "toaster"}, "There is no device “toaster” here"),
    ],
)
def test_what_cannot_be_chosen_is_a_sentence(
    installed: State, name: str, options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(JobFailed, match=sentence) as caught:
        load_backbone(installed.weights, name, **options)  # type: ignore[arg-type]
    assert caught.value.code == "bad_request"
    assert caught.value.hint
