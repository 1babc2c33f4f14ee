"""A device that is not there: on any machine it shows what a GPU would refuse.

Its tensors keep their data on the CPU and say that they are elsewhere. What CUDA refuses, they refuse: to meet tensors
of the CPU, but for single numbers and for indices in brackets; to become arrays; to be drawn by a generator of the CPU.
"""
from functools import cache, partial

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map, tree_unflatten

try:
    from torch.utils.backend_registration import _DummyBackendModule as Backend
    from torch.utils.backend_registration import _setup_privateuseone_for_python_backend as set_up
except ImportError: Backend, set_up = object, None # this torch cannot pretend

COPIES = 'aten::_to_copy', 'aten::copy_'
BRACKETS = 'aten::index', 'aten::index_put', 'aten::index_put_', 'aten::_index_put_impl_'
KERNELS = torch.library.Library('aten', 'IMPL') # what torch asks of a device without a look at the type of its tensors


class Uncounted(Backend):
    "What torch knows of the device: nobody shall take it for the accelerator of this machine"
    def is_available(self): return False
    def device_count(self): return 0


@cache
def far_device():
    """The device, which torch knows to the end of the process.

    To be called before the first backward pass, at which torch counts the devices that it can go back on.
    """
    set_up('far', Uncounted())
    aten = torch.ops.aten
    for operation in (aten.empty.memory_format, aten.empty_strided.default, aten._local_scalar_dense.default):
        KERNELS.impl(operation, partial(kernel, operation), 'PrivateUse1')
    KERNELS.impl('_copy_from', copied, 'PrivateUse1')
    return torch.device('far:0')


class FarTensor(torch.Tensor):
    "A tensor there; `held` has its data"
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, held):
        layout = dict(strides=held.stride(), storage_offset=held.storage_offset(), layout=held.layout)
        return torch.Tensor._make_wrapper_subclass(cls, held.shape, device=far_device(), dtype=held.dtype, **layout)

    def __init__(self, held): self.held = held
    def __repr__(self): return f'FarTensor({self.held})'
    def __format__(self, style): return format(self.held, style)
    def tolist(self): return self.held.tolist()

    @classmethod
    def __torch_dispatch__(cls, operation, types, arguments=(), options=None):
        return carried_out(operation, arguments, options or {})


class FarGenerator(torch.Generator):
    "A generator there; it draws what one of the CPU draws"
    made = {} # torch hands on what lies behind a generator, not the object

    def __init__(self): self.made[self._cdata] = self

    @property
    def device(self): return far_device()


class Watched(TorchDispatchMode):
    "A block in which generators there may not draw on the CPU"
    def __torch_dispatch__(self, operation, types, arguments=(), options=None):
        return carried_out(operation, arguments, options or {})


def held(part):
    "What a tensor there stands for; anything else as it is"
    return part.held if isinstance(part, FarTensor) else part


def lies_there(name, arguments, options, parts):
    "Whether the result of an operation lies on the device"
    if options.get('device') is not None: return torch.device(options['device']).type == 'far'
    return any(isinstance(part, FarTensor) for part in (arguments[:1] if name in COPIES else parts))


def check_meeting(name, arguments, parts, there):
    "RuntimeError where tensors, or a tensor and a generator, may not come together"
    indices = arguments[1] if name in BRACKETS and isinstance(arguments[0], FarTensor) else ()
    for part in parts:
        if isinstance(part, torch.Generator) and (part._cdata in FarGenerator.made) != there:
            raise RuntimeError(f'{name} was given a generator of another device')
        stranger = isinstance(part, torch.Tensor) and part.ndim and not isinstance(part, FarTensor)
        if there and stranger and not any(part is index for index in indices):
            raise RuntimeError(f'{name} on far:0 was given a tensor {tuple(part.shape)} of the cpu')


def carried_out(operation, arguments, options):
    "The result of an operation, where CUDA would have it; RuntimeError for what CUDA refuses"
    name, (parts, form) = operation._schema.name, tree_flatten((arguments, options))
    there = lies_there(name, arguments, options, parts)
    if name not in COPIES: check_meeting(name, arguments, parts, there)
    arguments, options = tree_unflatten(list(map(held, parts)), form)
    if options.get('device') is not None: options = options | dict(device=torch.device('cpu'))
    result = operation(*arguments, **options)
    known = {id(part.held): part for part in parts if isinstance(part, FarTensor)}
    for part in known.values(): follow(part)
    def placed(value):
        if id(value) in known: return known[id(value)] # changed in place
        return FarTensor(value) if isinstance(value, torch.Tensor) else value
    return tree_map(placed, result) if there else result


def follow(tensor):
    "Give a tensor there the shape of its data, where that was changed in place"
    data = tensor.held
    if (tensor.shape, tensor.stride()) != (data.shape, data.stride()): tensor.data = FarTensor(data)


def kernel(operation, *arguments, **options):
    "An operation where torch does not look at the type of its tensors"
    return carried_out(operation, arguments, options)


def copied(source, target, non_blocking=False):
    "The same for a copy to the device or from it"
    held(target).copy_(held(source))
    return target
