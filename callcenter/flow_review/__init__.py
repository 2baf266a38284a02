"""What is looked at before a flow is published: its graph, its dead ends, what differs from the version before."""
