"""What goes wrong: slow copies, crashes, full disks, poison. Each scenario ends with everything as it should be.

The short form runs with all tests; `make test-faults` runs the long one.
"""
