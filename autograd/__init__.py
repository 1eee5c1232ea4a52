"""x"""
from autograd.value import Value
from autograd.checkpointing import checkpoint
from autograd.errors import *
from autograd.primitive import Interval, Primitive
from autograd.table import *
from autograd.table import max_ as max, sum_ as sum
from autograd.recording import no_grad
from autograd.sweep import topological_order
