"""Grading a class: `python course.py grade`.

Submissions are read into memory (`submissions`), told apart (`roster`, `owners`), run one by one in processes of their own
(`runner`, `worker`; on Linux `template` and `sandbox`), and scored here, where no student's code ever runs (`grade`).
Tables and pages go out (`results`, `byhand`, `feedback`, `report`).

What is defended is the score: only the values of named variables leave a submission's process, as plain JSON, so all that
a notebook can do to its points is to hold right answers. What else it can do depends on the system:

- Linux with user namespaces: it sees no other process, no network, and of the disk only the installed packages, the
  course's code and data (read-only) and an empty folder. Not prevented: faults of the kernel itself, and learning how
  fast the computer is.
- Linux without them, macOS, Windows: it runs as the instructor's own user. Time, memory, printed text and child processes
  are watched and ended, and a change to the course's source files or data is noticed after it happened, one to compiled
  copies (`__pycache__`) or installed packages is not. Not prevented: reading files of that user (a private question file,
  other submissions), writing or deleting them, and so, with a changed package, its own points in a later grading, using
  the network, ending the grader (it goes on when started again), or a child process that hides from the watchdog. For
  assessed work use Linux there too: a virtual machine, WSL or a container, or an account that owns nothing else.
"""
