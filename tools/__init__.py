"""The author's tools: what builds the notebooks, the data, the locks and environment.yml. Students need none of it."""
