"""Build the compiled core where a C compiler is at hand.

Whatever stands in the way (no compiler, no headers, a warning turned error) leaves the plain build: the same sources,
interpreted. Two environment variables say otherwise: ``AUTOGRAD_PURE=1`` asks for the plain build, and with
``AUTOGRAD_COMPILED=1`` a failure to compile is an error.
"""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

# What is compiled, and whether annotations are C types there or only for readers.
TYPED = {
    "native.pyx": True,
    "switch.py": True,
    "block.py": True,
    "value.py": True,
    "traversal.py": True,
    "replay.py": False,
    "sweep.py": False,
    "graph_gradient.py": False,
    "copying.py": False,
    "floats.py": False,
    "rows.py": False,
    "table.py": False,
    "operators.py": False,
    "ieee.py": False,
}
DIRECTIVES = {"language_level": 3, "binding": True, "nonecheck": True, "auto_pickle": False}

# No fused multiply-add: both builds give the same bits.
FLAGS = [] if sys.platform == "win32" else ["-O2", "-g0", "-ffp-contract=off"]
# `Value` is a type as Python itself makes them, rather than a static one, to be named in messages as plain classes are.
MACROS: dict[str, list[tuple[str, str | None]]] = {"value.py": [("CYTHON_USE_TYPE_SPECS", "1")]}


class BuildCompiledCore(build_ext):
    """Compile all modules or none."""

    def run(self) -> None:
        """Translate to C, compile, and put the results in their places; clear the places where that fails."""
        self.clear()
        if os.environ.get("AUTOGRAD_PURE"):
            self.give_up("AUTOGRAD_PURE is set")
            return
        try:
            for extension in self.extensions:
                self.translate(extension)
            super().run()
        except Exception as error:
            if os.environ.get("AUTOGRAD_COMPILED"):
                raise
            self.give_up(f"{type(error).__name__}: {error}")

    def translate(self, extension: Extension) -> None:
        """Translate the source of one module to C."""
        from Cython.Build import cythonize

        directives = {**DIRECTIVES, "annotation_typing": TYPED[Path(extension.sources[0]).name]}
        (in_c,) = cythonize([extension], build_dir=self.build_temp, compiler_directives=directives, quiet=True)
        extension.sources = in_c.sources

    def give_up(self, reason: str) -> None:
        """Leave nothing compiled behind."""
        print(f"scalar-autograd: the plain build, because {reason}", file=sys.stderr)
        self.clear()
        self.extensions.clear()

    def clear(self) -> None:
        """Remove what was compiled before."""
        for extension in self.extensions:
            Path(self.get_ext_fullpath(extension.name)).unlink(missing_ok=True)


setup(
    ext_modules=[
        Extension(
            f"autograd.{Path(file).stem}",
            [f"autograd/{file}"],
            extra_compile_args=FLAGS,
            define_macros=MACROS.get(file, []),
        )
        for file in TYPED
    ],
    cmdclass={"build_ext": BuildCompiledCore},
)
