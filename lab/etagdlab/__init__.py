# SPDX-License-Identifier: MIT
"""etagdlab: the caching lab of etagd.

A real browser does what a scenario says to a server whose policies are known,
a capture and the server's own log watch, and a report tells what was asked,
what was not, and why.  Python's standard library only; the programs that it
starts are in tools.py.
"""
