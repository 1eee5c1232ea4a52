cpdef double sum_of(xs) except? -1.0
