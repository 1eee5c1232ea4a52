from autograd.rows cimport Primitive

cpdef double partial_of_one(Primitive row, double x, double result) except? -1.0
cpdef tuple partials_at(Primitive row, tuple numbers, double result)
cpdef double partial_of_two(Primitive row, Py_ssize_t index, double x, double y, double result) except? -1.0
