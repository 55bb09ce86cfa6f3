"""Where the steps of a run are carried out: worker processes of this machine, or tasks of a cluster.

An executor takes a step's order to a worker and brings back its report. What a step is, when it is ready and what comes
of it is the supervisor's business, so a further engine such as Ray is one more file here.
"""
