"""Compiling kernels for an NVIDIA GPU while the program runs, with NVRTC.

NVRTC comes with PyTorch's own packages. Triton and ``torch.compile`` would need a C compiler and Python's
headers, which few people's machines have.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import torch


class CannotCompile(Exception):
    """There is no NVRTC, or it does not accept the source, or PyTorch cannot load its result."""


def compiled(source: str, names: Sequence[str], device: torch.device) -> dict[str, Any]:
    """Returns the kernels called ``names`` in ``source`` (ASCII), by name.

    A kernel is started by ``kernel(grid, block, arguments)``. Raises ``CannotCompile`` when NVRTC or PyTorch
    fails.
    """
    major, minor = torch.cuda.get_device_capability(device)
    try:
        from torch.cuda._utils import _cuda_load_module, _get_nvrtc_library

        with torch.cuda.device(device):
            loaded = _cuda_load_module(_binary(_get_nvrtc_library(), source, f"sm_{major}{minor}"), [*names])
    except (ImportError, OSError, AttributeError, RuntimeError) as error:
        raise CannotCompile(str(error)) from error
    assert isinstance(loaded, dict)
    return loaded


def _binary(library: ctypes.CDLL, source: str, target: str) -> bytes:
    """Returns the machine code (CUBIN) of ``source`` for a GPU such as ``sm_90``."""
    program = ctypes.c_void_p()
    text = source.encode("ascii")
    _check(library.nvrtcCreateProgram(ctypes.byref(program), text, b"kernels.cu", 0, None, None))
    try:
        flags = [f"--gpu-architecture={target}".encode(), b"--std=c++17"]
        options = (ctypes.c_char_p * len(flags))(*flags)
        status = library.nvrtcCompileProgram(program, len(flags), options)
        if status:
            raise CannotCompile(_text(library.nvrtcGetProgramLogSize, library.nvrtcGetProgramLog, program))
        size = ctypes.c_size_t()
        _check(library.nvrtcGetCUBINSize(program, ctypes.byref(size)))
        binary = ctypes.create_string_buffer(size.value)
        _check(library.nvrtcGetCUBIN(program, binary))
        return binary.raw
    finally:
        library.nvrtcDestroyProgram(ctypes.byref(program))


def _text(size_of: Any, get: Any, program: ctypes.c_void_p) -> str:
    """Returns the text that NVRTC gives by a pair of functions: one for its size, one for the text."""
    size = ctypes.c_size_t()
    _check(size_of(program, ctypes.byref(size)))
    text = ctypes.create_string_buffer(size.value)
    _check(get(program, text))
    return text.value.decode(errors="replace")


def _check(status: int) -> None:
    if status:
        raise CannotCompile(f"NVRTC returned {status}")
