"""Can these values be true? The only room that imports Great Expectations."""
