"""Any site survives its file: sites are generated from the JSON Schema that editors use."""

from __future__ import annotations

import json
import re
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.site import Site
from callcenter.site_file.canonical import dump
from callcenter.site_file.schema import schema_text
from callcenter.site_file.yaml_lines import parse

SCHEMA = json.loads(schema_text())
ANY_SCRIPT = st.characters(codec="utf-8")
TRICKY = st.sampled_from(
    [
        "no",
        "null",
        "~",
        "1",
        "0x1F",
        "1e3",
        "a: b",
        "a #b",
        "- a",
        "@back",
        "*",
        "a:",
        " a ",
        "a  b",
        "“”",
        "\\n",
        '"',
        "'",
    ]
)
HOST = "^[A-Za-z0-9.:_-]{1,253}$"
HOSTS = st.from_regex("[A-Za-z][A-Za-z0-9._-]{0,29}", fullmatch=True) | st.sampled_from(
    ["10.0.0.1", "2001:db8::7"]
)
"""Digits and dots are an address of IPv4, a colon is one of IPv6: that a pattern can't say."""
ONE_KIND = st.sampled_from([{"closed": True}, {"works_as": "mon"}, {"hours": ["08:30-12:00"]}])


def of(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a piece of JSON Schema allows; lists and mappings stay short."""
    if "$ref" in schema:
        return of_class(schema["$ref"].rsplit("/", 1)[1])
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return st.one_of([of(each) for each in schema[choice] if each.get("type") != "null"])
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    return {
        "string": text,
        "integer": whole,
        "number": fraction,
        "boolean": flag,
        "array": items,
        "object": mapping,
    }[schema["type"]](schema)


def of_class(name: str) -> st.SearchStrategy[Any]:
    """A part. What the schema can't hold is kept to here: a calendar's exception is of exactly one kind,
    a board has the ports of its model."""
    schema = SCHEMA["$defs"][name]
    keys = schema["properties"]
    if name == "CalendarException":
        rest = mapping({"properties": {key: keys[key] for key in ("first", "title", "note")}})
        return st.tuples(rest, ONE_KIND).map(
            lambda two: {"first": "2026-10-01", "title": "节"} | two[0] | two[1]
        )
    if name == "E1Port":
        schema = {**schema, "properties": {key: keys[key] for key in keys if key != "reference_port"}}
    if name == "SangomaBoard":
        one = {**keys["ports"], "maxItems": 1}
        schema = {**schema, "properties": {**keys, "model": {"const": "A108"}, "ports": one}}
    if name == "DigitalBoard":
        port = SCHEMA["$defs"]["E1Port"]
        first = {key: port["properties"][key] for key in port["properties"] if key != "reference_port"}
        one = {
            **keys["ports"],
            "maxItems": 1,
            "items": {**port, "properties": {**first, "port": {"const": 1}}},
        }
        schema = {**schema, "properties": {**keys, "ports": one}}
    return st.deferred(lambda: of(schema))


def text(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """A text of the pattern; free text is tricky now and then."""
    if schema.get("format") == "date":
        return st.dates().map(str)
    if schema["pattern"] == HOST:
        return HOSTS
    pattern = re.sub(r"\{1,\d{3,}\}", "{1,30}", schema["pattern"].removeprefix("^").removesuffix("$"))
    free = st.from_regex(pattern, fullmatch=True, alphabet=ANY_SCRIPT)
    return free | TRICKY if pattern.startswith("[^\\x00") else free


def whole(schema: dict[str, Any]) -> st.SearchStrategy[int]:
    """A whole number within its limits."""
    return st.integers(schema.get("minimum", -9999), schema.get("maximum", 9999))


def fraction(schema: dict[str, Any]) -> st.SearchStrategy[float]:
    """A number within its limits."""
    return st.floats(0, schema["maximum"], exclude_min=True)


def flag(_: dict[str, Any]) -> st.SearchStrategy[bool]:
    """Yes or no."""
    return st.booleans()


def items(schema: dict[str, Any]) -> st.SearchStrategy[list[Any]]:
    """A short list."""
    return st.lists(
        of(schema["items"]), min_size=schema.get("minItems", 0), max_size=min(2, schema.get("maxItems", 2))
    )


def mapping(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A part with its keys, or a mapping with free keys."""
    if "properties" in schema:
        required = {key: of(schema["properties"][key]) for key in schema.get("required", [])}
        optional = {key: of(value) for key, value in schema["properties"].items() if key not in required}
        return st.fixed_dictionaries(required, optional=optional)
    if "patternProperties" in schema:
        [(pattern, value)] = schema["patternProperties"].items()
        keys = text({"pattern": pattern})
    else:
        keys, value = of({"type": "string", **schema["propertyNames"]}), schema["additionalProperties"]
    return st.dictionaries(keys, of(value), min_size=schema.get("minProperties", 0), max_size=2)


SITES = of({**SCHEMA, "type": "object"}).map(Site.model_validate)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(SITES)
def test_a_site_reads_back_equal_and_its_text_is_canonical(site: Site) -> None:
    written = dump(site)
    tree = parse(written)
    assert tree.findings == []
    back = Site.model_validate(tree.data)
    assert back == site
    assert dump(back) == written


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.text(ANY_SCRIPT, max_size=40) | st.text(string.printable, max_size=40))
def test_any_text_reads_back_as_it_was_written(note: str) -> None:
    class Free(Site):
        note: str | None = None

    site = Free(name="a", title="b", timezone="UTC", languages=["zh"], note=note)
    tree = parse(dump(site))
    assert tree.findings == []
    assert tree.data["note"] == note


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab:-#*&!@'\"[]{},\n \t1中"), max_size=60))
def test_any_text_whatever_is_read_or_refused_but_never_raises(written: str) -> None:
    tree = parse(written)
    assert tree.data is None or isinstance(tree.data, dict | list | str)
