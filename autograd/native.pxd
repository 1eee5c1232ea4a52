# Fields of nodes are read in native.pyx: here they are objects, so that value.pxd can use this file.
cimport cython

@cython.final
cdef class Visited:
    cdef Py_ssize_t number
    cdef list stop
    cdef void add(self, node) noexcept

cpdef object blank(kind)
cpdef object new_node(object op, double data, object a, object b, double da, double db)
