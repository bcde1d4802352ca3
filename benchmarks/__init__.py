"""What sagent costs, beside what the same costs without it: ``python -m benchmarks``.

Each number is taken with its anchor's turn by turn in one run, so that their ratio holds on any
machine. These are no tests: nothing here fails because a machine is slow.
"""
