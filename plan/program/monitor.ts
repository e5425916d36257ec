import type { ServiceError } from "@grpc/grpc-js";
import type { ResourceInvokeRequest } from "@pulumi/pulumi/proto/resource_pb";
import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  SupportsFeatureRequest,
} from "@pulumi/pulumi/proto/resource_pb";

import { simulateInvoke } from "../../simulation/invokes";
import { namespaceOrderRefusals } from "../../simulation/kubernetes/namespaceOrder";
import { resourceTypes } from "../../simulation/registry";
import type { Properties, Refusal } from "../../simulation/core/resourceType";
import { toText } from "../../simulation/core/text";
import { simulate, withPhysicalName } from "../../simulation/simulate";
import type { DeployedResource } from "../../simulation/simulate";
import { World } from "../../simulation/core/world";
import { reveal } from "./secret";
import { parseValue, markSecrets, renderValue } from "./propertyValues";

/** Resource that the program registered. */
export interface RegisteredResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string | undefined;
  readonly parent: string | undefined;
  /** Explicit provider: its URN, `::` and its id. */
  readonly provider: string | undefined;
  readonly dependsOn: string[];
  /** URNs of the resources that each input depends on. */
  readonly propertyDependencies: Readonly<Record<string, string[]>>;
  readonly inputs: Properties;
  outputs: Properties;
  readonly options: Options;
}

interface Options {
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** URN of a resource whose deletion includes this one's. */
  readonly deletedWith?: string;
  readonly ignoreChanges: string[];
  readonly replaceOnChanges: string[];
}

/** Deployed stack. */
export interface Deployed {
  /** Outputs of the stack; undefined: it has none. */
  readonly outputs: Properties | undefined;
  /** Deployed resource with this URN; undefined: the plan simulates its identity. */
  resource(urn: string): DeployedResource | undefined;
}

/** Function of the engine that reads the outputs of a stack: the program's own. */
const readStackOutputs = "pulumi:pulumi:readStackOutputs";

type Callback = (error: ServiceError | null, response?: unknown) => void;

/** Protobuf struct, as far as the SDK reads it. */
const struct = (properties: Properties) => ({ toJavaScript: () => properties });

/** Type of the stack, the parent of all resources without a parent. URNs of children omit it. */
const stackType = "pulumi:pulumi:Stack";

/**
 * Resource monitor for a program in this process, in place of the engine: assigns URNs and creates resources in the
 * simulated account. Refusals do not stop the program: a plan reports all of them.
 */
export class PlanMonitor {
  readonly resources = new Map<string, RegisteredResource>();
  private readonly refusals: Refusal[] = [];
  /** URNs of all requests, created or refused. */
  private readonly urns = new Set<string>();
  private readonly defaultTags = new Map<string, Record<string, string>>();
  /** Resources that each provider sees: the account from its region, or the objects of its Kubernetes cluster. */
  private readonly worlds = new Map<string, World>();
  /** Objects of each Kubernetes cluster, by the authority of its API. */
  private readonly clusters = new Map<string, World>();

  constructor(
    private readonly world: World,
    readonly project: string,
    readonly stack: string,
    /** Deployed stack, whose resources keep their identity; undefined: a new stack. */
    private readonly live?: Deployed,
  ) {}

  /** Refusals of single resources, and of the order of all. */
  allRefusals(): readonly Refusal[] {
    return [...this.refusals, ...namespaceOrderRefusals([...this.resources.values()])];
  }

  readonly registerResource = (request: RegisterResourceRequest, callback: Callback): void => {
    this.register(request).then(
      (resource) => {
        callback(null, {
          getUrn: () => resource.urn,
          getId: () => resource.id ?? "",
          getObject: () => struct(renderValue(resource.outputs) as Properties),
          getPropertydependenciesMap: () => undefined,
          getResult: () => 0,
        });
      },
      (error: unknown) => {
        callback(error as ServiceError);
      },
    );
  };

  readonly readResource = (request: ReadResourceRequest, callback: Callback): void => {
    const type = request.getType();
    const urn = this.urn(request.getParent(), type, request.getName());
    const found = this.world.find(type, "id", request.getId());
    if (found === undefined) {
      this.refuse(urn, type, request.getName(), "id", "NotFound", `${type} '${request.getId()}' does not exist`);
    }
    callback(null, { getUrn: () => urn, getProperties: () => struct(found?.outputs ?? {}) });
  };

  readonly invoke = (request: ResourceInvokeRequest, callback: Callback): void => {
    const token = request.getTok();
    const args = reveal(parseValue(request.getArgs()?.toJavaScript() ?? {})) as Properties;
    let result: Properties | undefined;
    try {
      result =
        token === readStackOutputs ? { outputs: this.live?.outputs ?? {} } : simulateInvoke(token, args, this.world);
      if (result === undefined) {
        this.refuse(token, token, "invoke", "token", "UnknownInvoke", `the simulated AWS does not know ${token}`);
      }
    } catch (error) {
      this.refuse(token, token, "invoke", "id", "NotFound", error instanceof Error ? error.message : String(error));
    }
    callback(null, { getFailuresList: () => [], getReturn: () => struct(result ?? {}) });
  };

  readonly registerResourceOutputs = (request: RegisterResourceOutputsRequest, callback: Callback): void => {
    const resource = this.resources.get(request.getUrn());
    if (resource !== undefined) resource.outputs = parseValue(request.getOutputs()?.toJavaScript() ?? {}) as Properties;
    callback(null, {});
  };

  /** All features but transforms and "outputValues", which serve components in other processes. */
  readonly supportsFeature = (request: SupportsFeatureRequest, callback: Callback): void => {
    const unsupported = ["outputValues", "transforms", "invokeTransforms"];
    callback(null, { getHassupport: () => !unsupported.includes(request.getId()) });
  };

  readonly registerPackage = (_request: unknown, callback: Callback): void => {
    callback(null, { getRef: () => "simulated" });
  };

  readonly close = (): void => undefined;

  private async register(request: RegisterResourceRequest): Promise<RegisteredResource> {
    const type = request.getType();
    const name = request.getName();
    const urn = this.urn(request.getParent(), type, name);
    if (this.urns.has(urn)) {
      this.refuse(urn, type, name, "name", "DuplicateResource", "another resource has the same type, name and parents");
    }
    this.urns.add(urn);
    const sent = parseValue(request.getObject()?.toJavaScript() ?? {}) as Properties;
    const registered = {
      urn,
      type,
      name,
      parent: request.getParent() || undefined,
      provider: request.getCustom() ? request.getProvider() || undefined : undefined,
      dependsOn: request.getDependenciesList(),
      propertyDependencies: propertyDependenciesOf(request),
      options: this.options(request),
    };
    const created = request.getCustom()
      ? await this.create(request, urn, sent)
      : { id: undefined, inputs: sent, outputs: {} };
    const resource = { ...registered, ...created };
    this.resources.set(urn, resource);
    return resource;
  }

  private async create(
    request: RegisterResourceRequest,
    urn: string,
    sent: Properties,
  ): Promise<Pick<RegisteredResource, "id" | "inputs" | "outputs">> {
    const type = request.getType();
    const name = request.getName();
    if (type.startsWith("pulumi:providers:")) {
      const id = `${name}-provider`;
      const reference = `${urn}::${id}`;
      this.defaultTags.set(reference, defaultTagsOf(sent));
      if (typeof sent.region === "string") this.worlds.set(reference, this.world.at(sent.region));
      else if (sent.kubeconfig !== undefined) this.worlds.set(reference, this.worldOfCluster(sent.kubeconfig));
      return { id, inputs: sent, outputs: sent };
    }
    const deployed = this.live?.resource(urn);
    const inputs = withPhysicalName(type, name, sent, urn, deployed);
    const outcome = await simulate(
      this.worlds.get(request.getProvider()) ?? this.world,
      {
        urn,
        type,
        name,
        seed: urn,
        inputs: reveal(inputs) as Properties,
        defaultTags: this.defaultTags.get(request.getProvider()),
        deployed,
      },
      "keep",
    );
    this.refusals.push(...outcome.refusals);
    const secretNames = [
      ...request.getAdditionalsecretoutputsList(),
      ...(resourceTypes.get(type)?.secretOutputs ?? []),
      ...(deployed?.secretOutputs ?? []),
    ];
    return { id: outcome.id, inputs, outputs: markSecrets(outcome.outputs, inputs, secretNames) };
  }

  /**
   * World of a cluster's objects: two clusters of one program may have objects of the same name. Providers of one cluster share
   * it, whichever address of the API they use.
   */
  private worldOfCluster(kubeconfig: unknown): World {
    const text = toText(reveal(kubeconfig));
    const authority = /certificate-authority-data: (\S+)/.exec(text)?.[1] ?? text;
    const known = this.clusters.get(authority);
    if (known !== undefined) return known;
    const world = this.clusters.size === 0 ? this.world : new World(this.world.region);
    this.clusters.set(authority, world);
    return world;
  }

  private options(request: RegisterResourceRequest): Options {
    const inherited = this.resources.get(request.getParent())?.options;
    return {
      protect: (request.hasProtect() ? request.getProtect() : inherited?.protect) ?? false,
      retainOnDelete: (request.hasRetainondelete() ? request.getRetainondelete() : inherited?.retainOnDelete) ?? false,
      ...(request.getDeletedwith() !== "" && { deletedWith: request.getDeletedwith() }),
      ignoreChanges: request.getIgnorechangesList(),
      replaceOnChanges: request.getReplaceonchangesList(),
    };
  }

  private urn(parent: string, type: string, name: string): string {
    const above = parent.split("::")[2] ?? "";
    const qualified = above === "" || above === stackType ? type : `${above}$${type}`;
    return ["urn:pulumi:" + this.stack, this.project, qualified, name].join("::");
  }

  private refuse(urn: string, type: string, name: string, property: string, code: string, message: string): void {
    this.refusals.push({ urn, type, name, property, code, message });
  }
}

/** Dependencies by input; omits inputs without any. */
function propertyDependenciesOf(request: RegisterResourceRequest): Record<string, string[]> {
  const dependencies: [string, string[]][] = [];
  request.getPropertydependenciesMap().forEach((sources, input) => {
    const urns = sources.getUrnsList();
    if (urns.length > 0) dependencies.push([input, urns]);
  });
  return Object.fromEntries(dependencies);
}

/** Default tags of a provider, which arrive as JSON text. */
function defaultTagsOf(inputs: Properties): Record<string, string> {
  const { defaultTags } = inputs;
  if (typeof defaultTags !== "string") return {};
  const { tags } = JSON.parse(defaultTags) as { tags?: Record<string, unknown> };
  return Object.fromEntries(Object.entries(tags ?? {}).map(([key, value]) => [key, toText(value)]));
}
