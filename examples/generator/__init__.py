"""Make ``examples/chengguan-2025`` and ``examples/broken`` anew: ``python -m examples.generator``.

Everything is drawn by hashing a key (``draw.py``), so a file changes only when what it is made of changes, and two runs
give the same bytes. The city, the bureau and every person are invented.
"""
