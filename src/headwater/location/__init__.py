"""User code in processes of its own: load, workers forked from what was loaded, and the wire between.

A location's host loads the definitions once and then only forks; a worker answers calls. What a call does is the
business of the layer that sends it, named as `module:function`: nothing here knows of runs or ticks.
"""
