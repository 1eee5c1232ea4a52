# How a row is kept in C; see rows.py.
cdef class Primitive:
    cdef public object name, __name__, symbol, compute, partials, arity, latex, summary, precedence, domain, defined
    cdef public object requirement, piece, branch, defaults, operand_names, pairs, commutative, written, example
    cdef public object __doc__
    cdef public bint complete
    cdef object __weakref__
