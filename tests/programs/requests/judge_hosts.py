"""Compares hosts of AWS services with botocore's endpoints.

Standard input: a JSON list of {"resource", "host", "service", "region"} with the service's endpoint prefix, optionally with the
"signingRegion" of its requests. Standard output: a JSON list of problems: the service is not in the region, or has another host
or signing region there.
"""

import json
import sys

from botocore.loaders import Loader
from botocore.regions import EndpointResolver

resolver = EndpointResolver(Loader().load_data("endpoints"))


def problem_of(call):
    service, region = call["service"], call["region"]
    partition = resolver.get_partition_for_region(region)
    endpoint = resolver.construct_endpoint(service, region, partition)
    # A global service has one endpoint per partition, whatever the region.
    listed = resolver.get_available_endpoints(service, partition, allow_non_regional=True)
    if endpoint is None or not (region in listed or f"{partition}-global" in listed):
        return f"botocore knows no service {service} in {region}"
    if endpoint["hostname"] != call["host"]:
        return f"{service} in {region} is {endpoint['hostname']}, not {call['host']}"
    signed = endpoint.get("credentialScope", {}).get("region", region)
    if call.get("signingRegion", signed) != signed:
        return f"requests to {service} in {region} are signed for {signed}, not {call['signingRegion']}"
    return None


found = [{"resource": call["resource"], "problem": problem_of(call)} for call in json.load(sys.stdin)]
json.dump([each for each in found if each["problem"] is not None], sys.stdout)
