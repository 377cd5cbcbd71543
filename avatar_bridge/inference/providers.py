"""Which hardware runs the nets: the best that really works, without a stack of warnings."""

import contextlib
import ctypes
import functools
import io
import sys
from pathlib import Path

import onnxruntime

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
COREML = "CoreMLExecutionProvider"

_DRIVER = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
# The provider links to CUDA, and opens cuDNN only when it meets a convolution.
_CUDNN = "cudnn64_9.dll" if sys.platform == "win32" else "libcudnn.so.9"
# In the order in which they must be loaded.
_PROVIDER_LIBRARIES = (
    ("onnxruntime_providers_shared.dll", "onnxruntime_providers_cuda.dll")
    if sys.platform == "win32"
    else ("libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so")
)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)  # the second uses what the first defines
    except OSError:
        return False
    return True


def cuda_works() -> bool:
    """Whether ONNX Runtime's CUDA provider can be loaded with everything that it needs.

    Asked beforehand, because a session that fails to load it prints a screen of warnings.
    """
    if CUDA not in onnxruntime.get_available_providers() or not _loads(_DRIVER):
        return False
    with contextlib.redirect_stdout(io.StringIO()):  # it prints what it does not find
        onnxruntime.preload_dlls()
    if not _loads(_CUDNN):
        return False
    folder = Path(onnxruntime.__file__).parent / "capi"
    return all(_loads(str(folder / library)) for library in _PROVIDER_LIBRARIES)


@functools.cache
def choose_providers() -> tuple[str, ...]:
    """Providers in the order of preference, the CPU always last."""
    if cuda_works():
        return (CUDA, CPU)
    if COREML in onnxruntime.get_available_providers():
        return (COREML, CPU)
    return (CPU,)
