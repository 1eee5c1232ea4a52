from autograd.switch cimport Switch
from autograd.traversal cimport clear_and_order
from autograd.value cimport Value

cdef Switch CHECKPOINTS

cpdef sweep_into_grad(Value output, double seed)
