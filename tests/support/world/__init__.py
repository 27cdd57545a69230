"""The world outside, in small: a local server that speaks the APIs of the sources, with faults by plan."""
