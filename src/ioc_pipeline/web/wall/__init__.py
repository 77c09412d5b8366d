"""The wall: `/ioc`."""
