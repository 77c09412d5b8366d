"""Where the warehouse lies, who may open it, and the shape of its schema `raw`."""
