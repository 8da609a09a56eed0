"""A pytest plugin: start a notebook's kernel again when another program took one of its ports.

jupyter_client chooses free ports and the kernel binds them a second later. A browser test beside it opens hundreds of
connections in that second, and once in some dozen runs one of them gets such a port; the kernel then dies at birth.
"""

from __future__ import annotations

from functools import wraps

import nbval.kernel

TRIES = 3


def patiently(start):
    """Return `start`, tried up to three times while the kernel dies before its first word."""

    @wraps(start)
    def start_again(*arguments, **options):
        for _ in range(TRIES - 1):
            try:
                return start(*arguments, **options)
            except RuntimeError as error:
                if "Kernel died" not in str(error):
                    raise
        return start(*arguments, **options)

    return start_again


nbval.kernel.start_new_kernel = patiently(nbval.kernel.start_new_kernel)
