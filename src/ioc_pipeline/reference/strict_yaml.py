"""YAML as people declare it: plain data of a size that people write, and a key written twice is a mistake."""

from collections.abc import Hashable
from typing import Any

import yaml

MOST_BYTES, MOST_VALUES = 1 << 20, 100_000
"""Of a file; our longest contract has 5 kB. Who goes through the data meets what an alias stands for each time anew."""


class _UniqueKeyLoader(yaml.CSafeLoader):
    """PyYAML keeps the last of two equal keys silently; a contract that says two things is a mistake."""


def _unique_mapping(loader: yaml.CSafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a name", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key '{key}' is written twice", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def read_yaml(content: bytes) -> Any:
    """Plain data of a YAML text in UTF-8.

    Raises:
        ValueError: not UTF-8 or not YAML, a key written twice, nested too deep to be meant, more than MOST_BYTES, or
            more than MOST_VALUES once every alias is replaced by what it stands for.
    """
    try:
        if len(content) > MOST_BYTES:
            raise yaml.YAMLError(f"{len(content)} bytes, expected at most {MOST_BYTES}")
        loader = _UniqueKeyLoader(content.decode("utf-8"))
        node = loader.get_single_node()
        if node is None:
            return None
        if (values := _values(node, {})) > MOST_VALUES:
            raise yaml.YAMLError(f"{values:.2g} values with its aliases, expected at most {MOST_VALUES}")
        return loader.construct_document(node)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not readable as YAML: {error}") from error


def _values(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values a tree of nodes holds, each alias counted for all that it stands for.

    Raises:
        RecursionError: an alias stands for something that it is in itself.
    """
    if id(node) not in known:
        parts = node.value if isinstance(node, yaml.CollectionNode) else []
        pairs = (part if isinstance(part, tuple) else (part,) for part in parts)
        known[id(node)] = 1 + sum(_values(one, known) for pair in pairs for one in pair)
    return known[id(node)]
