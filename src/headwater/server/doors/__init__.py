"""Where other systems come in: reports, OpenLineage, webhooks, the live stream, agents."""
