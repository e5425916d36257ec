/** Hosts of AWS services that scripts on machines call, and that plans name. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Planned } from "./calls";

/** Host of a service, for botocore's judgment. */
export interface ServiceHost {
  /** Place of the host, for messages. */
  readonly resource: string;
  readonly host: string;
  /** Prefix of the service's endpoints, as in botocore. */
  readonly service: string;
  readonly region: string;
  /** Region in the signature of requests. */
  readonly signingRegion?: string;
}

const files = join(__dirname, "..", "..", "..", "components", "node", "files");

/** Services that scripts name in their calls. */
function calledServices(): readonly string[] {
  const scripts = readdirSync(files, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  const calls = scripts.flatMap((text) => [...text.matchAll(/\b(?:aws_endpoint|aws_request|query_call) ([a-z0-9]+)/g)]);
  return [...new Set(calls.map(([, service = ""]) => service))];
}

/** Hosts and signing regions as `lib/aws.sh` on a machine finds them. */
export function scriptHosts(regions: readonly string[]): readonly ServiceHost[] {
  const program = `. ${files}/lib/aws.sh; unset AWS_ENDPOINT_URL
    for AWS_REGION in ${regions.join(" ")}; do for service in ${calledServices().join(" ")}; do
      echo "$AWS_REGION $service $(aws_endpoint $service) $(signing_region $service)"
    done; done`;
  const lines = execFileSync("bash", ["-euc", program], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [region = "", service = "", url = "", signingRegion = ""] = line.split(" ");
    return { resource: "lib/aws.sh", service, region, host: new URL(url).host, signingRegion };
  });
}

/** `<service>.<region>.amazonaws.com`, also behind the name of a bucket. Service principals without a region are no hosts. */
const regionalHost = /([a-z0-9-]+)\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(\.cn)?/g;

/** Regional hosts in the inputs of resources, such as those of `kms:ViaService` in policies. */
export function plannedHosts(resources: readonly Planned[]): readonly ServiceHost[] {
  const hosts = new Map<string, ServiceHost>();
  for (const { type, name, inputs, outputs } of resources) {
    for (const [host, service = "", region = ""] of JSON.stringify([inputs, outputs]).matchAll(regionalHost)) {
      // `<name>.elb.<region>.amazonaws.com` is a load balancer of the plan.
      if (service !== "elb") hosts.set(host, { resource: `${type} ${name}`, host, service, region });
    }
  }
  return [...hosts.values()];
}
