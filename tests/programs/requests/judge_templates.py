"""Checks CloudFormation resources with cfn-lint.

Standard input: a JSON list of templates, {"region", "resources": [{"resource", "type", "properties"}]}. Standard output: a
JSON list of problems. Properties get the names of the resource's schema; then cfn-lint reads each template as its users' are
read: with the schema and with its rules between properties.
"""

import json
import sys

from cfnlint.api import lint
from cfnlint.config import ManualArgs
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from naming import Unknown, find, scalar

# A template of a user has at most 500 resources, 1 MB, and no account in its ARNs; none of this holds for AWS itself.
ignored = ["W", "I", "E1002", "E3010"]


def resolved(schema, root):
    while "$ref" in schema:
        node = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            node = node[step]
        schema = node
    return schema


def properties_of(schema, root):
    """Properties of an object, alternatives included."""
    found = dict(schema.get("properties", {}))
    for key in ("oneOf", "anyOf", "allOf"):
        for option in schema.get(key, []):
            found.update(properties_of(resolved(option, root), root))
    return found


def named(value, schema, root, path):
    schema = resolved(schema, root)
    if isinstance(value, dict):
        members = properties_of(schema, root)
        if not members:
            return value
        return {
            member: named(inner, members[member], root, f"{path}.{member}")
            for name, inner in value.items()
            for member in [find(name, members, path)]
        }
    if isinstance(value, list):
        return [named(inner, schema.get("items", {}), root, f"{path}[{index}]") for index, inner in enumerate(value)]
    return scalar(value, schema.get("type"))


def problems_of(template):
    region = template["region"]
    resources, names = {}, {}
    for index, given in enumerate(template["resources"]):
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, given["type"]).schema
        try:
            properties = named(given["properties"], schema, schema, given["type"])
        except Unknown as problem:
            yield {"resource": given["resource"], "problem": str(problem)}
            continue
        logical = f"R{index}"
        names[logical] = given["resource"]
        resources[logical] = {"Type": given["type"], "Properties": properties}
    text = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
    for match in lint(text, config=ManualArgs(regions=[region], ignore_checks=ignored)):
        path = match.path or []
        resource = names.get(path[1], "template") if len(path) > 1 else "template"
        where = ".".join(str(step) for step in path[3:])
        yield {"resource": resource, "problem": f"{match.rule.id} {where}: {match.message}"}


json.dump([problem for template in json.load(sys.stdin) for problem in problems_of(template)], sys.stdout)
