"""Four invented systems that answer over HTTP as the real ones do, with faults on request: `ioc sample serve`."""
