cdef class Operators:
    pass
