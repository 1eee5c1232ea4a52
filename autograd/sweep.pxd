from autograd.switch cimport Switch
from autograd.value cimport Value

cdef Switch CHECKPOINTS

cpdef sweep_into_grad(Value output, double seed)
