"""The JSON Schema of a site file, for editors; ``callcenter/site/site.schema.json`` is its text."""

from __future__ import annotations

import json
from typing import Any

from callcenter.site import Site
from callcenter.site.words import MEANINGS


def schema_text() -> str:
    """The schema as JSON, made from the typed model."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Site.model_json_schema()}
    schema["title"] = "Hotline site file"
    _explain(schema)
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _explain(node: Any) -> None:
    """Give editors our words for a pattern, and let them refuse a key that has not its mapping's pattern."""
    if isinstance(node, dict):
        if "patternProperties" in node:
            node["additionalProperties"] = False
        if node.get("pattern") in MEANINGS:
            node["patternErrorMessage"] = f"give {MEANINGS[node['pattern']]}"
        for child in list(node.values()):
            _explain(child)
    elif isinstance(node, list):
        for child in node:
            _explain(child)
