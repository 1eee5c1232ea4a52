cimport cython

@cython.final
cdef class Switch:
    cdef public bint used
