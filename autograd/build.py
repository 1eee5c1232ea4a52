"""Which build is used where both are there: with ``AUTOGRAD_PURE`` set, the sources, for a debugger to step through."""

import os
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path

if os.environ.get("AUTOGRAD_PURE"):
    _folder = str(Path(__file__).parent)
    sys.path_importer_cache[_folder] = FileFinder(_folder, (SourceFileLoader, SOURCE_SUFFIXES))
