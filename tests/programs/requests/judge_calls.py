"""Checks requests against botocore's models of the AWS APIs.

Standard input: a JSON list of {"resource", "service", "operation", "parameters", "exact"}. Without "exact", parameters get the
names and types of the model. Standard output: a JSON object with the
problems, and the numbers of checked requests and patterns. botocore's validator checks names, types, required parameters and
minimums; its models also have patterns, enumerations and maximums, which only the services check.
"""

import json
import sys

import regex
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from naming import Unknown, find, scalar

loader = Loader()
models = {}
counts = {"requests": 0, "patterns": 0}


def operation_of(call):
    service = call["service"]
    if service not in models:
        models[service] = ServiceModel(loader.load_service_model(service, "service-2"), service)
    return models[service].operation_model(call["operation"])


def named(value, shape, path):
    """Value with the names of the model."""
    if shape.type_name == "structure" and isinstance(value, dict):
        result = {}
        for name, inner in value.items():
            member = find(name, shape.members, path)
            result[member] = named(inner, shape.members[member], f"{path}.{member}")
        return result
    if shape.type_name == "list" and isinstance(value, list):
        return [named(inner, shape.member, f"{path}[{index}]") for index, inner in enumerate(value)]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: named(inner, shape.value, f"{path}.{name}") for name, inner in value.items()}
    return scalar(value, shape.type_name)


def compiled(pattern):
    # Patterns are Java's: characters beyond 16 bits are pairs there.
    return regex.compile(pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"))


def constraints(value, shape, path):
    """Problems that only the constraints of the model show."""
    meta = shape.metadata
    size = len(value) if isinstance(value, (str, list, dict)) else value
    if "max" in meta and not isinstance(value, bool) and isinstance(size, (int, float)) and size > meta["max"]:
        yield f"{path}: {size} is more than {meta['max']}"
    if isinstance(value, str):
        if meta.get("enum") and value not in meta["enum"]:
            yield f"{path}: '{value}' is none of the {len(meta['enum'])} values of {shape.name}"
        if meta.get("pattern"):
            counts["patterns"] += 1
            if compiled(meta["pattern"]).fullmatch(value) is None:
                yield f"{path}: '{value}' does not match {meta['pattern']}"
    elif isinstance(value, dict) and shape.type_name == "structure":
        for name, inner in value.items():
            yield from constraints(inner, shape.members[name], f"{path}.{name}")
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from constraints(name, shape.key, f"{path} key")
            yield from constraints(inner, shape.value, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from constraints(inner, shape.member, f"{path}[{index}]")


def problems_of(call):
    operation = operation_of(call)
    try:
        given = call["parameters"]
        parameters = given if call.get("exact") else named(given, operation.input_shape, operation.name)
    except Unknown as problem:
        return [str(problem)]
    counts["requests"] += 1
    report = ParamValidator().validate(parameters, operation.input_shape)
    found = [f"{operation.name}: {line}" for line in report.generate_report().splitlines()]
    return found or list(constraints(parameters, operation.input_shape, operation.name))


found = [
    {"resource": call["resource"], "problem": problem} for call in json.load(sys.stdin) for problem in problems_of(call)
]
json.dump({"problems": found, **counts}, sys.stdout)
