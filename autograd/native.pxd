# Fields of nodes are read in native.pyx: here they are objects, so that value.pxd can use this file.
cimport cython

@cython.final
cdef class Visited:
    cdef Py_ssize_t number
    cdef list stop
    cdef void add(self, node) noexcept

@cython.final
cdef class Floats:
    cdef Py_ssize_t size
    cdef double *numbers

cpdef object blank(kind)
cpdef object new_node(object op, double data, object a, object b, double da, double db)
cpdef tuple numbers_of(tuple operands)
cpdef tuple products_and_partials(tuple operands)
cpdef object untracked(object rest)
cpdef object pass_on(double adjoint, tuple operands, Floats partials)
