"""YAML as people declare it: plain data, and a key written twice is a mistake."""

from collections.abc import Hashable
from typing import Any

import yaml


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
        ValueError: not UTF-8 or not YAML, a key written twice, nested too deep to be meant.
    """
    try:
        return yaml.load(content.decode("utf-8"), Loader=_UniqueKeyLoader)  # noqa: S506  # a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not readable as YAML: {error}") from error
