from autograd.native cimport Floats, Visited, pass_on
from autograd.rows cimport Primitive
from autograd.value cimport Many, Value

cdef Primitive LEAF

cpdef list clear_and_order(Value output)
cpdef list _order(list roots, stop, bint clear)
