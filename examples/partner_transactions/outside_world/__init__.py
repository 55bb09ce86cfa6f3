"""What is not ours: the partner with its SFTP server, the tracking tool, and the other orchestrator.

Nothing here imports Headwater. It stands for systems of other people, which write files and tables, and at most send
a report by HTTP.
"""
