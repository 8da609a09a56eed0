"""The question declarations of every exercise: one module an exercise, named q02_..., with a tuple `QUESTIONS`."""
