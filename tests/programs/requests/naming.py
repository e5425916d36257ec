"""Names of a model for properties of a plan: letters' case and a plural s do not count."""


class Unknown(Exception):
    """A property that the model does not have."""


def key(name):
    return name.lower().rstrip("s")


def find(name, members, path):
    """Name that the model has for a property. Raises Unknown without exactly one."""
    if name in members:
        return name
    exact = [member for member in members if member.lower() == name.lower()]
    found = exact or [member for member in members if key(member) == key(name)]
    if len(found) == 1:
        return found[0]
    raise Unknown(f"{path}.{name}: the model has no such property; it has {', '.join(sorted(members))}")


def scalar(value, kind):
    """The provider parses texts that stand for numbers and truth values."""
    if isinstance(value, str) and kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if isinstance(value, str) and kind in ("integer", "long") and value.lstrip("-").isdigit():
        return int(value)
    return value
