"""Who composes the steps: the inbox, an API's run, marts, a person's decisions, a rebuild."""
