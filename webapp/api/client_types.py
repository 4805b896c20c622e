"""The types of webapp/client.py, made of the OpenAPI document: the client may import nothing of Ruche."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

from webapp.api import schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PYTHON_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_REFERENCE = re.compile(r"#/components/schemas/(\w+)")
_TYPES_BLOCK = re.compile(r"(?<=# <types>\n).*(?=# </types>\n)", re.DOTALL)


def replace_client_types(source: str, document: Mapping[str, Any]) -> str:
    """Return the client's source with the types of the document's schemas that its methods return."""
    declared = document["components"]["schemas"]
    reached = _reach_schemas(_list_returned_names(source) & declared.keys(), declared)
    types = "\n\n".join(_render_type(name, declared[name]) for name in sorted(reached))
    return _TYPES_BLOCK.sub(lambda _: f"\n\n{types}\n\n", source)


def _list_returned_names(source: str) -> set[str]:
    """Return the names in the return types of all functions."""
    returned = [node.returns for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {node.id for each in returned if each for node in ast.walk(each) if isinstance(node, ast.Name)}


def _reach_schemas(names: Iterable[str], declared: Mapping[str, Any]) -> set[str]:
    """Return the names of the schemas that some schemas are made of, themselves included."""
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += _REFERENCE.findall(json.dumps(declared[name]))
    return reached


def _render_type(name: str, schema: Mapping[str, Any]) -> str:
    """Return the source of a schema's TypedDict, whose docstring is that of the class which declares it."""
    members = "".join(f"    {member}: {_python_type(each)}\n" for member, each in schema["properties"].items())
    docstring = getattr(schemas, f"{name}Schema").__doc__
    return f'class {name}(TypedDict):\n    """{docstring}"""\n\n{members}'


def _python_type(schema: Mapping[str, Any]) -> str:
    if reference := schema.get("$ref"):
        return str(reference).rpartition("/")[2]
    if alternatives := schema.get("anyOf"):
        return " | ".join(map(_python_type, alternatives))
    if schema["type"] == "array":
        return f"list[{_python_type(schema['items'])}]"
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return " | ".join(_PYTHON_TYPES[each] for each in types)
