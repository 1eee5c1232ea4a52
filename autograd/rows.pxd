# How a row is kept in C; see rows.py.
cdef class Primitive:
    cdef readonly object name, __name__, symbol, compute, partials, arity, latex, summary, precedence, domain, defined
    cdef readonly object requirement, piece, branch, defaults, operand_names, pairs, commutative, written, example
    cdef readonly object __doc__
    cdef readonly bint complete
    cdef object __weakref__
    cpdef _dispatch(self, tuple operands)
    cpdef tuple arrange(self, tuple arguments)
    cpdef tuple _arrange_pairs(self, tuple arguments)
    cpdef evaluate(self, tuple numbers)
    cpdef slopes(self, operands, result, wanted=*)

cpdef bint _is_iterable(x)
