# How a row is kept in C; see rows.py.
cdef class Primitive:
    cdef readonly object name, __name__, symbol, compute, partials, arity, latex, summary, precedence, domain, defined
    cdef readonly object requirement, piece, branch, defaults, operand_names, pairs, commutative, written, example
    cdef readonly object __doc__
    cdef readonly bint complete
    cdef object __weakref__
