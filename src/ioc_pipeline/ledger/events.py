"""The chain of events: each carries the hash of the one before it, so that nobody rewrites one unseen."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(row: Mapping[str, Any]) -> str:
    content = {
        "event_seq": row["event_seq"],
        "happened_at": row["happened_at"].isoformat(timespec="microseconds"),
        "kind": row["kind"],
        "delivery_seq": row["delivery_seq"],
        "detail": row["detail"],
    }
    return hashlib.sha256((row["previous_hash"] + canonical(content)).encode()).hexdigest()
