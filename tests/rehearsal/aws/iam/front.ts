/** The rehearsed AWS in front of a fake moto, with the policies of a plan, and a metadata service that hands out credentials. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Plan } from "../../../../plan/planStack";
import { reveal } from "../../../../plan/program/secret";
import { administratorCredentials } from "../../../../rehearsal/aws/administrator";
import { startAwsApi } from "../../../../rehearsal/aws/api/awsApi";
import { Enforcement } from "../../../../rehearsal/aws/iam/enforcement";
import { PolicyStore } from "../../../../rehearsal/aws/iam/policyStore";
import type { IamReport } from "../../../../rehearsal/aws/iam/report";
import { type FactSources, PlannedFacts } from "../../../../rehearsal/aws/iam/resourceFacts";
import { instanceSession } from "../../../../rehearsal/aws/iam/roleSessions";
import { type CloudResource, physicalName } from "../../../../rehearsal/aws/resources/resourceHandler";
import { startMetadataService } from "../../../../rehearsal/services/metadataService";
import type { InstanceFacts, RoleCredentials } from "../../../../rehearsal/services/metadataTree";

export const accountId = "123456789012";
export const region = "eu-central-1";
export const files = join(__dirname, "..", "..", "..", "..", "components", "node", "files");

/** State of the fake AWS that decisions ask for. */
export interface FakeState {
  readonly ec2Tags: Record<string, Record<string, string>>;
  readonly balancerTags: Record<string, Record<string, string>>;
  readonly objects: Set<string>;
}

const tagList = (tags: Readonly<Record<string, string>> = {}) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export class Front {
  readonly state: FakeState = { ec2Tags: {}, balancerTags: {}, objects: new Set() };
  /** Tags and group of the instance that machines of the test are. */
  instance: { readonly tags: Record<string, string>; readonly group: string } = { tags: {}, group: "" };
  /** Calls that arrived at moto. */
  readonly arrived: string[] = [];
  readonly servers: Server[] = [];
  #role = "";
  #issued: RoleCredentials | undefined;

  private constructor(
    readonly resources: readonly CloudResource[],
    readonly mode: IamReport["mode"],
  ) {}

  url = "";
  metadataUrl = "";
  iam!: Enforcement;

  static async start(plan: Plan, mode: IamReport["mode"]): Promise<Front> {
    const resources = plan.resources.map((resource) => ({
      ...resource,
      inputs: reveal(resource.inputs) as CloudResource["inputs"],
      outputs: reveal(resource.outputs) as CloudResource["outputs"],
    }));
    const front = new Front(resources, mode);
    await front.listen();
    return front;
  }

  async stop(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    }
  }

  /** Resource of the plan by type and a part of its name. */
  find(type: string, part: string): CloudResource {
    const found = this.resources.find((resource) => resource.type === type && resource.name.includes(part));
    if (found === undefined) throw new Error(`the plan has no ${type} ${part}`);
    return found;
  }

  /** Makes the machine of the test an instance of a role, with new credentials. */
  become(role: string, credentials: Partial<RoleCredentials> = {}): void {
    const found = this.find("aws:iam/role:Role", role);
    this.#role = physicalName(found);
    this.#issued = {
      AccessKeyId: `ASIA${Math.random().toString(36).slice(2, 14).toUpperCase()}`,
      SecretAccessKey: "se/cret+key=",
      Token: "a/session+token==",
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
      LastUpdated: new Date().toISOString(),
    };
    this.iam.addRoleSession(instanceSession(region, this.#role, "i-0123456789abcdef0", this.#issued));
    this.#issued = { ...this.#issued, ...credentials };
  }

  /** Credentials of the machine, as SDKs take them. */
  get credentials() {
    const { AccessKeyId = "", SecretAccessKey = "", Token = "" } = this.#issued ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
  }

  /** Runs shell with the machine's AWS functions. @returns HTTP status and body of its last call. */
  async shell(script: string): Promise<{ status: string; body: string }> {
    const program = `set -uo pipefail; log() { :; }; . ${files}/lib/aws.sh; . ${files}/lib/aws-calls.sh; aws_login
      ${script}
      printf '%s\\n%s' "$AWS_STATUS" "$AWS_BODY"`;
    const environment = { AWS_ENDPOINT_URL: this.url, HOLDFAST_IMDS: this.metadataUrl, AWS_REGION: region };
    const { stdout } = await promisify(execFile)("bash", ["-c", program], { env: { ...process.env, ...environment } });
    const [status = "", ...body] = stdout.split("\n");
    return { status, body: body.join("\n") };
  }

  private async listen(): Promise<void> {
    const moto = createServer((request, response) => {
      void buffer(request).then((body) => {
        this.arrived.push(`${request.method ?? ""} ${request.url ?? ""} ${body.length}`);
        response.end(request.headers["x-amz-target"] === undefined ? "<Result/>" : "{}");
      });
    });
    await once(moto.listen(0, "127.0.0.1"), "listening");
    const facts = new PlannedFacts({
      ...{ resources: this.resources, region, accountId, aws: this.clients() },
      instance: () => ({ tags: this.instance.tags, group: { name: this.instance.group } }) as never,
    });
    this.iam = new Enforcement({
      ...{ policies: new PolicyStore(this.resources), facts, mode: this.mode, region },
      credentials: [
        { ...administratorCredentials, principal: { type: "administrator", arn: `arn:aws:iam::${accountId}:root` } },
      ],
    });
    const api = await startAwsApi({
      ...{ host: "127.0.0.1", port: 0, moto: { host: "127.0.0.1", port: (moto.address() as AddressInfo).port } },
      authorize: (request, from) => this.iam.refuse(request, from),
      override: () => Promise.resolve(undefined),
      onChange: () => undefined,
      record: () => undefined,
    });
    const metadata = await startMetadataService({
      ...{ host: "127.0.0.1", port: 0 },
      instanceAt: () =>
        Promise.resolve({
          ...{ id: "i-0123456789abcdef0", mac: "02:00:00:00:00:01", securityGroups: {} },
          role: { name: this.#role, credentials: this.#issued },
        } as InstanceFacts),
    });
    this.url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    this.metadataUrl = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}/latest`;
    this.servers.push(metadata, api, moto);
  }

  /** Answers of moto to the questions that decisions ask. */
  private clients(): FactSources["aws"] {
    const parameters = this.resources.filter(({ type }) => type === "aws:ssm/parameter:Parameter");
    interface Input {
      readonly Filters?: readonly { readonly Values: readonly string[] }[];
      readonly ParameterFilters?: readonly { readonly Values: readonly string[] }[];
      readonly ResourceArns?: readonly string[];
      readonly LoadBalancerNames?: readonly string[];
      readonly Bucket?: string;
      readonly Key?: string;
    }
    const answer = (input: Input): unknown => {
      const { Filters, ParameterFilters, ResourceArns, LoadBalancerNames, Bucket, Key } = input;
      if (Filters) return { Tags: tagList(this.state.ec2Tags[Filters[0]?.Values[0] ?? ""]) };
      if (ParameterFilters) {
        const Values = ParameterFilters[0]?.Values ?? [];
        const named = parameters.filter((one) => Values.includes(physicalName(one)));
        return {
          Parameters: named.map((one) => ({ Name: physicalName(one), Type: one.inputs.type, KeyId: one.inputs.keyId })),
        };
      }
      const balancer = (ResourceArns ?? LoadBalancerNames)?.[0];
      if (balancer) return { TagDescriptions: [{ Tags: tagList(this.state.balancerTags[balancer]) }] };
      if (this.state.objects.has(`${String(Bucket)}/${String(Key)}`)) return {};
      throw new Error("NotFound");
    };
    const client = { send: ({ input }: { input: Input }) => Promise.resolve().then(() => answer(input)) };
    return { ec2: client, classicLoadBalancing: client, loadBalancing: client, s3: client, ssm: client } as never;
  }
}
