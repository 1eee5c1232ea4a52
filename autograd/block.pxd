cimport cython
from autograd.value cimport Value

@cython.final
cdef class Block:
    cdef public bint records
    cdef public dict captured
    cdef public set born
    cdef public Block outer
    cdef public object provenance
