"""Which hardware runs the nets: the best that really works, without a stack of warnings."""

import ctypes
import functools
import sys

import onnxruntime

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
COREML = "CoreMLExecutionProvider"

# What the CUDA provider of ONNX Runtime links to. Where one is missing the provider fails at
# the first session with a screen of warnings, so it is asked for beforehand.
_CUDA_LIBRARIES = ("libcuda.so.1", "libcudart.so", "libcublasLt.so", "libcudnn.so.9")
_CUDA_DLLS = ("nvcuda.dll", "cudnn64_9.dll")


def _loads(library: str) -> bool:
    # The runtime library carries its major version: both in use today will do.
    stems = [library]
    if library.endswith((".so",)):
        stems += [f"{library}.12", f"{library}.13"]
    for stem in stems:
        try:
            ctypes.CDLL(stem)
        except OSError:
            continue
        return True
    return False


def cuda_works() -> bool:
    """Whether the driver and the libraries that the CUDA provider needs can be loaded."""
    if CUDA not in onnxruntime.get_available_providers():
        return False
    libraries = _CUDA_DLLS if sys.platform == "win32" else _CUDA_LIBRARIES
    if not _loads(libraries[0]):
        return False
    onnxruntime.preload_dlls()
    return all(_loads(library) for library in libraries)


@functools.cache
def choose_providers() -> tuple[str, ...]:
    """Providers in the order of preference, the CPU always last."""
    if cuda_works():
        return (CUDA, CPU)
    if COREML in onnxruntime.get_available_providers():
        return (COREML, CPU)
    return (CPU,)
