"""Cases (办件): work with a state, a clock, somebody who must act, and a trace.

A kind of case is a table of states and moves (`machine.Machine`) that a domain declares; one
function advances every case by it. Reviews, claims, returns, questions, complaints, inspections,
orders and campaigns are cases: same look, same search, same urging, same measurements.
"""
