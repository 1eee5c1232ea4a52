# How `Value` is kept in C: the types of its fields. What it does is in value.py, for both builds.
cimport cython
from autograd.floats cimport sum_of
from autograd.ieee cimport partial_of_one, partial_of_two, partials_at
from autograd.native cimport Floats, blank, new_node, numbers_of, products_and_partials, untracked
from autograd.operators cimport Operators
from autograd.rows cimport Primitive
from autograd.switch cimport Switch

cpdef Many kept(tuple operands, Floats recorded)
cpdef Value node_of_many(Primitive op, double data, Many rest)
cpdef Value constant(double data, object label=*)

# Names that the hot path reads, as C variables of the module.
cdef Switch BLOCKS, CHECKPOINTS
cdef Primitive add, subtract, multiply, divide, negative, dot, CONSTANT, LEAF
cdef object maybe_real

@cython.final
cdef class Many:
    cdef readonly tuple operands
    cdef public Floats recorded
    cdef readonly object segment
    cdef readonly Py_ssize_t index

@cython.final
cdef class Value(Operators):
    cdef public double _data, _grad, _da, _db
    cdef public object _label  # a string, or a Tag (see provenance.py)
    cdef public Primitive _op
    cdef public Value _a, _b
    cdef public Many _rest
    cdef Py_ssize_t _visit  # the number of the last traversal that came by (see native.pyx)
