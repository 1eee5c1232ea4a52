"""What the two builds do differently: this file in the compiled build, native.py in its place in the plain one.

Nodes are most of what there is, so five things that Python does for every object are done here for them alone:

- A node is made in one piece of memory, field by field, without first filling it with ``None``.
- The garbage collector does not visit nodes. They cannot be part of a reference cycle, and visiting millions of them,
  time and again while a graph grows, would take longer than making them.
- Freeing a chain of nodes does not recurse: nodes that are dropped while another is freed wait for their turn.
- A traversal writes its number on the nodes that it meets, rather than putting them into a set.
- The partials of a node of many operands are kept as C numbers, rather than as an object each.
"""

cimport cython
from cpython.contextvars cimport get_value
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from cpython.object cimport PyObject, PyTypeObject, destructor
from cpython.ref cimport Py_DECREF

from autograd.block import CURRENT_BLOCK
from autograd.switch import BLOCKS

from autograd.rows cimport Primitive
from autograd.switch cimport Switch
from autograd.value cimport Many, Value

COMPILED = True

cdef Switch _blocks = BLOCKS
cdef str _no_label = ""


# Making nodes -------------------------------------------------------------------------------------------------------

cdef extern from *:
    """
    #define NODE(object) ((struct __pyx_obj_8autograd_5value_Value *)(object))

    /* Make a node; NULL where there is no memory. The parts are known to be of their fields' types. */
    #define MAKE_NODE(node, type, op, data, label, a, b, da, db) do {        \
        node = PyObject_Malloc(sizeof(*NODE(node)));                          \
        if (node == NULL) break;                                              \
        PyObject_Init(node, type);                                            \
        NODE(node)->_data = data;                                             \
        NODE(node)->_grad = 0.0;                                              \
        NODE(node)->_da = da;                                                 \
        NODE(node)->_db = db;                                                 \
        NODE(node)->_label = Py_NewRef(label);                                \
        NODE(node)->_op = (void *)Py_NewRef(op);                              \
        NODE(node)->_a = (void *)Py_NewRef(a);                                \
        NODE(node)->_b = (void *)Py_NewRef(b);                                \
        NODE(node)->_rest = (void *)Py_NewRef(Py_None);                       \
        NODE(node)->_visit = 0;                                               \
    } while (0)
    """
    void MAKE_NODE(PyObject *node, PyTypeObject *type, PyObject *op, double data, PyObject *label, PyObject *a,
                   PyObject *b, double da, double db)


cpdef object blank(kind):
    """Make an object of the class of nodes, with nothing in it yet."""
    return Value.__new__(Value)


cpdef object new_node(object op, double data, object a, object b, double da, double db):
    """Make a node of at most two operands."""
    cdef Primitive row = op
    cdef Value left = a, right = b
    cdef PyObject *made = NULL
    MAKE_NODE(made, <PyTypeObject *>Value, <PyObject *>row, data, <PyObject *>_no_label, <PyObject *>left,
              <PyObject *>right, da, db)
    if made == NULL:
        raise MemoryError
    node = <object>made
    Py_DECREF(node)  # the one reference is now Cython's
    if _blocks.used:
        block = get_value(CURRENT_BLOCK, None)
        if block is not None:
            return block.admit(node, (a, b))
    return node


# Nodes of many operands ---------------------------------------------------------------------------------------------


@cython.final
cdef class Floats:
    """Floats that are kept, in eight bytes each; otherwise like the tuple that takes its place in the plain build."""

    def __cinit__(self, numbers=()):
        cdef tuple items = tuple(numbers)
        cdef Py_ssize_t i
        if items:
            allocate(self, len(items))
        for i in range(self.size):
            self.numbers[i] = items[i]

    def __dealloc__(self):
        PyMem_Free(self.numbers)

    def __len__(self):
        return self.size

    def __getitem__(self, Py_ssize_t index):
        if not 0 <= index < self.size:
            raise IndexError("there are not as many floats")
        return self.numbers[index]


cdef int allocate(Floats floats, Py_ssize_t size) except -1:
    """Make room in what has none yet."""
    floats.numbers = <double *>PyMem_Calloc(size, sizeof(double))
    if floats.numbers == NULL:
        raise MemoryError
    floats.size = size


cdef extern from *:
    void PyObject_GC_UnTrack(PyObject *object)


cdef inline double number_of(operand) except? -1.0:
    return (<Value>operand)._data if type(operand) is Value else <double?>operand


cpdef tuple numbers_of(tuple operands):
    """Return the numbers of the operands of a node, in order."""
    return tuple([(<Value>o)._data if type(o) is Value else o for o in operands])


cpdef tuple products_and_partials(tuple operands):
    """Return what `dot` adds up, and its partials: for each operand the number that it is multiplied by."""
    cdef Floats partials = Floats.__new__(Floats)
    cdef Py_ssize_t i, half = len(operands) // 2
    cdef double x, y
    cdef list products = []
    allocate(partials, 2 * half)
    for i in range(half):
        x, y = number_of(operands[i]), number_of(operands[half + i])
        products.append(x * y)
        partials.numbers[i], partials.numbers[half + i] = y, x
    return products, partials


cpdef object untracked(object rest):
    """Take what is kept of a node from the garbage collector: without a segment it is part of no cycle."""
    PyObject_GC_UnTrack(<PyObject *>rest)
    return rest


cpdef object pass_on(double adjoint, tuple operands, Floats partials):
    """Add to ``.grad`` of each operand that is a node."""
    cdef Py_ssize_t i
    if len(operands) != partials.size:
        raise ValueError("there is one partial per operand")
    for i in range(partials.size):
        if type(operands[i]) is not float:
            (<Value?>operands[i])._grad += adjoint * partials.numbers[i]


# Meeting nodes ------------------------------------------------------------------------------------------------------

cdef Py_ssize_t traversals = 0


@cython.final
cdef class Visited:
    """The nodes that a traversal has met, at first those at which it stops; valid until another one is made.

    That is enough for the one traversal that makes any: it runs in C from here to its end, where no other thread,
    signal handler or finalizer can come between.
    """

    def __init__(self, stop):
        global traversals
        self.stop = list(stop)  # kept, because freeing one could run somebody's code in the middle
        traversals += 1
        self.number = traversals
        for node in self.stop:
            if isinstance(node, Value):
                self.add(node)

    def __contains__(self, Value node not None):
        return node._visit == self.number

    cdef void add(self, node) noexcept:
        (<Value>node)._visit = self.number


# Freeing nodes ------------------------------------------------------------------------------------------------------

cdef extern from *:
    """
    static void leave_to_reference_counting(PyTypeObject *type, destructor dealloc) {
        type->tp_flags &= ~Py_TPFLAGS_HAVE_GC;
        type->tp_traverse = NULL;
        type->tp_clear = NULL;
        type->tp_free = PyObject_Free;
        type->tp_dealloc = dealloc;
    }
    static destructor free_row, free_many;
    static void row_in_turn(PyObject *row) {
        PyObject_GC_UnTrack(row);
        Py_TRASHCAN_BEGIN(row, row_in_turn)
        free_row(row);
        Py_TRASHCAN_END
    }
    static void many_in_turn(PyObject *many) {
        PyObject_GC_UnTrack(many);
        Py_TRASHCAN_BEGIN(many, many_in_turn)
        free_many(many);
        Py_TRASHCAN_END
    }
    static void free_without_recursion(PyTypeObject *row, PyTypeObject *many) {
        if (free_row != NULL) return;  /* done before */
        free_row = row->tp_dealloc;
        row->tp_dealloc = row_in_turn;
        free_many = many->tp_dealloc;
        many->tp_dealloc = many_in_turn;
    }
    static void hash_by_identity(PyTypeObject *type) {  /* C types that order their objects lose this */
        type->tp_hash = PyBaseObject_Type.tp_hash;
        if (PyDict_DelItemString(type->tp_dict, "__hash__")) PyErr_Clear();
    }
    static void name_as_plain_classes_are(PyTypeObject *type) {  /* in messages: without its module */
        const char *dot = strrchr(type->tp_name, '.');
        if (dot != NULL) type->tp_name = dot + 1;
    }
    """
    void leave_to_reference_counting(PyTypeObject *type, destructor dealloc)
    void free_without_recursion(PyTypeObject *row, PyTypeObject *many)
    void hash_by_identity(PyTypeObject *type)
    void name_as_plain_classes_are(PyTypeObject *type)
    void PyObject_Free(PyObject *node)
    void PyType_Modified(PyTypeObject *type)
    PyTypeObject *Py_TYPE(PyObject *node)
    ctypedef struct PyThreadState
    PyThreadState *PyThreadState_Get()

# The nodes that wait to be freed, each with the address of the next in `_visit`, which nobody reads any more; and the
# thread that is freeing them. (Freeing may run a finalizer, which may wait for another thread, which then takes over.)
cdef PyObject *waiting = NULL
cdef PyThreadState *freeing = NULL


cdef void free_node(PyObject *node) noexcept:
    """Free a node that nothing refers to, now or when the node that this thread is freeing is done."""
    global waiting, freeing
    cdef PyThreadState *here = PyThreadState_Get()
    (<Value>node)._visit = <Py_ssize_t>waiting
    waiting = node
    if freeing == here:
        return
    while waiting != NULL:
        freeing = here
        node = waiting
        waiting = <PyObject *>(<Value>node)._visit
        Py_DECREF((<Value>node)._a)  # nodes first: after what runs somebody's code, another thread may be the one
        Py_DECREF((<Value>node)._b)
        Py_DECREF((<Value>node)._rest)
        Py_DECREF((<Value>node)._op)
        Py_DECREF((<Value>node)._label)
        Py_DECREF(<object>Py_TYPE(node))
        PyObject_Free(node)
    freeing = NULL


def seal(kind):
    """Finish the class of nodes: not collected, freed without recursion. That it has no subclasses is in value.pxd."""
    if kind is not Value:
        raise TypeError(f"seal is for the class of nodes, not for {kind!r}")
    cdef PyTypeObject *type = <PyTypeObject *>kind
    leave_to_reference_counting(type, <destructor>free_node)
    free_without_recursion(<PyTypeObject *>Primitive, <PyTypeObject *>Many)
    hash_by_identity(type)
    name_as_plain_classes_are(type)
    PyType_Modified(type)
