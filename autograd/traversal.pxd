from autograd.native cimport Visited
from autograd.rows cimport Primitive
from autograd.value cimport Many, Value

cdef Primitive LEAF
