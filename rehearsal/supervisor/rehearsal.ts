/** One booted plan: the rehearsed AWS, its services in the router's namespace, and the machines. */
import { appendFileSync } from "node:fs";
import { SetDesiredCapacityCommand } from "@aws-sdk/client-auto-scaling";
import { messageOf } from "../../cli/program";
import { partitionOf } from "../../components/aws/partition.plan";
import { startAwsApi } from "../aws/api/awsApi";
import type { AwsCall } from "../aws/api/awsCall";
import { overrideCall } from "../aws/api/callOverrides";
import { responseRewriter, ServiceLoadBalancers } from "../aws/api/serviceLoadBalancers";
import { refuseWebIdentity } from "../aws/api/webIdentity";
import { AutoScaling } from "../aws/autoScaling/autoScaling";
import { type GroupSize, groupSizes } from "../aws/autoScaling/groupSizes";
import { Refreshes } from "../aws/autoScaling/refreshes";
import { administratorCredentials } from "../aws/administrator";
import { type AwsClients, awsClients } from "../aws/awsClients";
import { InstanceRegistry } from "../aws/ec2/instance";
import { instanceFactsAt } from "../aws/ec2/instanceFacts";
import { LaunchTemplates } from "../aws/ec2/launchTemplates";
import { MachineReconciler } from "../aws/ec2/machineReconciler";
import { RoleCredentialCache } from "../aws/ec2/roleCredentials";
import { Volumes } from "../aws/ec2/volumes";
import { EventBridge } from "../aws/eventBridge";
import { findControllerRole, openControllerSession } from "../aws/iam/controllerSessions";
import { Enforcement } from "../aws/iam/enforcement";
import { authorizer } from "../aws/iam/authorizer";
import { PolicyStore } from "../aws/iam/policyStore";
import { type FactSources, PlannedFacts } from "../aws/iam/resourceFacts";
import { instanceSession, webIdentitySession } from "../aws/iam/roleSessions";
import type { SigningCredentials } from "../aws/iam/signature";
import { failWithoutKeys } from "../aws/iam/unreachableKeys";
import { motoAccountId, motoAddress, motoEndpoint } from "../aws/moto";
import { createResources } from "../aws/resources/createResources";
import { IdMapping } from "../aws/resources/idMapping";
import { drainSeconds, readInventory } from "../aws/resources/inventory";
import { RolloutSchedules } from "../aws/rolloutSchedules";
import { RunCommand } from "../aws/runCommand";
import { Coalesced } from "../coalesced";
import type { Network } from "../machines/network";
import { startAssetServer } from "../services/assetServer";
import { DnsServer } from "../services/dnsServer";
import { instanceNegativeTtl, instanceZone, type ZoneRecords } from "../services/dnsZones";
import { LoadBalancers } from "../services/loadBalancers";
import { startMetadataService } from "../services/metadataService";
import { awsEndpoint, serviceAddresses, servicePort } from "../services/serviceAddresses";
import type { BootPlan } from "./bootPlan";
import { type ClusterAccess, connectCluster } from "./clusterAccess";
import { startApiProxy } from "./apiProxy";
import { DeployedPlan } from "./deployedPlan";
import { EngineChanges } from "./engineChanges";
import { NetworkSync, hostedZone, hostedZones } from "./networkSync";
import { PlanUpdate } from "./planUpdate";
import type { StatePaths } from "./statePaths";

/** Interval of reconciliation, for changes that the AWS API has not reported. */
const reconcileMs = 15_000;

export interface RehearsalOptions {
  readonly plan: BootPlan;
  readonly paths: StatePaths;
  readonly network: Network;
  readonly report: (problem: string) => void;
  /** Receives the duration of each phase in seconds. */
  readonly timed: (phase: string, seconds: number) => void;
}

/** Created resources, and the services that depend on them alone. */
interface Foundation {
  readonly aws: AwsClients;
  readonly ids: IdMapping;
  readonly deployed: DeployedPlan;
  readonly balancers: LoadBalancers;
  readonly dns: DnsServer;
}

export class Rehearsal {
  /** Signing names of AWS services that are down. */
  unreachableServices: ReadonlySet<string> = new Set();
  readonly ids: IdMapping;
  readonly instances = new InstanceRegistry();
  readonly volumes: Volumes;
  readonly scaling: AutoScaling;
  readonly machines: MachineReconciler;
  /** Undefined for a plan without a load balancer for the API, and until the engine has created it. */
  cluster: ClusterAccess | undefined;
  /** Signatures and policies of calls to AWS. */
  readonly iam: Enforcement;
  /** Update of the plan. */
  readonly update: PlanUpdate;
  /** Changes by the Pulumi engine. */
  readonly engine: EngineChanges;
  readonly #facts: PlannedFacts;
  readonly #refreshes: Refreshes;
  readonly #templates: LaunchTemplates;
  readonly #networkSync: NetworkSync;
  readonly #reconciliation = new Coalesced(() => this.reconcileOnce());

  private constructor(
    private readonly options: RehearsalOptions,
    private readonly foundation: Foundation,
  ) {
    const { plan, paths, network, report } = options;
    const { aws, balancers, dns, deployed, ids } = foundation;
    const { autoScaling, ec2, route53 } = aws;
    const { instances } = this;
    const templates = new LaunchTemplates(aws);
    const events = new EventBridge(aws.call, report);
    const syncNetwork = (): Promise<void> => this.#networkSync.syncInstances();
    const reconcile = (): Promise<void> => this.reconcile();
    this.ids = ids;
    this.#templates = templates;
    const { region } = plan.cluster;
    this.#networkSync = new NetworkSync({ region, deployed, instances, network, balancers, dns, route53 });
    this.volumes = new Volumes({ ec2, instances, file: (id) => paths.volume(id), report });
    this.scaling = new AutoScaling({
      ...{ autoScaling, ec2, instances, templates, syncNetwork, reconcile, report, events },
      drainSeconds: ({ group }) => drainSeconds(deployed.inventory, group),
    });
    this.machines = new MachineReconciler({
      ...{ ec2, deployed, paths, instances, network, templates, events, syncNetwork, report },
      ...{ volumes: this.volumes, scaling: this.scaling },
    });
    this.#facts = plannedFacts(plan, foundation, (id) => instances.get(id));
    this.iam = createEnforcement(plan, foundation, this.#facts);
    this.#refreshes = new Refreshes(this.scaling, report);
    const { scaling } = this;
    const refreshes = this.#refreshes;
    const onChange = (): Promise<void> => this.useDeployed();
    const changes = { aws, templates, scaling, refreshes, deployed, ids, onChange };
    this.update = new PlanUpdate(changes);
    this.engine = new EngineChanges(changes);
    if (!plan.engine && balancers.running.length > 0) this.connectCluster(plan.kubeconfig);
  }

  /** Creates the plan's resources in moto, which runs already, starts the services, and lets the groups start machines. */
  static async start(options: RehearsalOptions): Promise<Rehearsal> {
    const { plan, network } = options;
    const clock = stopwatch(options.timed);
    for (const address of [serviceAddresses.awsApi, serviceAddresses.assets, serviceAddresses.dns]) {
      await network.addAddress(address);
    }
    if (plan.accountId !== motoAccountId) {
      throw new Error(`the plan is for AWS account ${plan.accountId}; a rehearsal needs ${motoAccountId}`);
    }
    const sizes = groupSizes(plan.resources, plan.machines);
    const ids = new IdMapping();
    const { region } = plan.cluster;
    const aws = awsClients(motoEndpoint, region);
    const context = { aws, region, bundles: plan.bundles, sizes };
    const resources = plan.engine ? [] : await createResources(plan.resources, context, ids);
    const deployed = new DeployedPlan(plan, resources);
    clock("resources created");

    const balancers = createBalancers(options);
    await Promise.all([
      balancers.sync(deployed.inventory.loadBalancers),
      startAssetServer({ host: serviceAddresses.assets, port: servicePort, directory: plan.mirror }),
    ]);
    const zones = plan.engine ? plannedZones(plan) : await hostedZones({ deployed, balancers, route53: aws.route53 });
    const dns = await startDns(zones, options);
    const rehearsal = new Rehearsal(options, { aws, ids, deployed, balancers, dns });
    await rehearsal.startAwsServices();
    rehearsal.startSchedules();
    clock("services started");

    if (plan.engine) await startApiProxy(() => balancers.apiAddress);
    else await rehearsal.startGroups(sizes);
    setInterval(() => void rehearsal.reconcile(), reconcileMs).unref();
    return rehearsal;
  }

  /** Uses a kubeconfig; the engine has one only when the program has made its keys. @throws without a load balancer of the API */
  connectCluster(kubeconfig: string): void {
    const address = this.foundation.balancers.apiAddress;
    if (address === undefined) throw new Error("no load balancer of the Kubernetes API runs");
    this.cluster = connectCluster(kubeconfig, this.options.paths, address);
  }

  get plan(): BootPlan {
    return this.foundation.deployed.plan;
  }

  /** Matches machines, devices and the network with the rehearsed AWS. Runs once more if a change arrives meanwhile. */
  reconcile(): Promise<void> {
    return this.#reconciliation.run();
  }

  /** Credentials of the role that pods of a ServiceAccount assume; undefined: no role of the plan trusts it. */
  async controllerCredentials(namespace: string, serviceAccount: string): Promise<SigningCredentials | undefined> {
    const { aws, deployed } = this.foundation;
    const { accountId, cluster } = this.plan;
    const role = findControllerRole(deployed.resources, namespace, serviceAccount);
    if (role === undefined) return undefined;
    const session = await openControllerSession(aws.sts, role, { partition: partitionOf(cluster.region), accountId });
    this.iam.addRoleSession(session);
    return session.credentials;
  }

  /** Isolates the machines of a zone from all others and from load balancers; undefined ends the isolation. */
  async isolateZone(zone: string | undefined): Promise<void> {
    const inZone = this.instances.all.filter(({ subnet }) => subnet.zone === zone);
    await this.options.network.isolate(inZone.flatMap(({ address, podCidr }) => [address, podCidr]));
  }

  /** Makes IAM and the network use the resources of the deployed plan. */
  private async useDeployed(): Promise<void> {
    const { resources } = this.foundation.deployed;
    this.#facts.useResources(resources);
    this.iam.usePolicies(new PolicyStore(resources));
    await this.#networkSync.syncInstances();
    await this.reconcile();
  }

  private async reconcileOnce(): Promise<void> {
    try {
      await this.#networkSync.syncRecords();
      await this.machines.reconcile();
      await this.volumes.reconcile();
    } catch (error) {
      this.options.report(messageOf(error));
    }
  }

  private async startAwsServices(): Promise<void> {
    const { plan, paths, network } = this.options;
    const { aws, deployed } = this.foundation;
    const { instances, volumes, scaling } = this;
    const { accountId } = plan;
    const hops = Object.values(readInventory(plan.resources).groups).map(({ launch }) => launch.metadataHopLimit);
    await network.addAddress(serviceAddresses.metadata, { hopLimit: Math.max(1, ...hops) });
    const { region } = plan.cluster;
    const credentials = new RoleCredentialCache(aws.sts, accountId, (role, instanceId, issued) => {
      this.iam.addRoleSession(instanceSession(region, role, instanceId, issued));
    });
    const facts = { region, accountId, deployed, instances, credentials };
    await startMetadataService({
      host: serviceAddresses.metadata,
      port: servicePort,
      instanceAt: (address) => instanceFactsAt(address, facts),
    });
    const refreshes = this.#refreshes;
    const balancers = new ServiceLoadBalancers(aws);
    const runCommand = new RunCommand((id) => instances.get(id)?.machine);
    const services = { volumes, balancers, scaling, refreshes, templates: this.#templates };
    const authorize = authorizer(this.iam, () => deployed.resources);
    await startAwsApi({
      host: serviceAddresses.awsApi,
      port: servicePort,
      moto: motoAddress,
      authorize: async (request, from) =>
        (this.unreachableServices.has("kms") ? await failWithoutKeys(request, this.#facts) : undefined) ??
        (await authorize(request, from)),
      override: async (call) => (await overrideCall(call, services)) ?? (await refuseWebIdentity(call, aws)),
      answerJson: ({ service, action }, body) => (service === "ssm" ? runCommand.answer(action, body) : undefined),
      rewriter: (call) => responseRewriter(call) ?? this.sessionReader(call),
      isUnreachable: ({ service }) => this.unreachableServices.has(service),
      onChange: ({ service }) => {
        if (["ec2", "autoscaling", "route53", ""].includes(service)) void this.reconcile();
      },
      record: (call) => {
        appendFileSync(paths.awsLog, `${JSON.stringify({ at: Date.now() / 1000, ...call })}\n`);
      },
    });
  }

  private startSchedules(): void {
    const { plan, report } = this.options;
    const { aws, deployed } = this.foundation;
    new RolloutSchedules({
      ...{ report, accountId: plan.accountId, region: plan.cluster.region, sts: aws.sts },
      resources: () => deployed.resources,
      endpoint: awsEndpoint,
      addRoleSession: (session) => {
        this.iam.addRoleSession(session);
      },
    }).start();
  }

  /** Reads the credentials in the answer to AssumeRoleWithWebIdentity, which passes unchanged. */
  private sessionReader(call: AwsCall): ((body: string) => string) | undefined {
    if (call.action !== "AssumeRoleWithWebIdentity") return undefined;
    const { accountId, cluster } = this.options.plan;
    return (body) => {
      const session = webIdentitySession(call, body, { partition: partitionOf(cluster.region), accountId });
      if (session !== undefined) this.iam.addRoleSession(session);
      return body;
    };
  }

  private async startGroups(sizes: readonly GroupSize[]): Promise<void> {
    for (const { name, machines } of sizes) {
      const capacity = { AutoScalingGroupName: name, DesiredCapacity: machines };
      await this.foundation.aws.autoScaling.send(new SetDesiredCapacityCommand(capacity));
    }
    await this.reconcile();
  }
}

function plannedFacts(
  { accountId, cluster: { region } }: BootPlan,
  { aws, deployed: { resources } }: Foundation,
  instance: FactSources["instance"],
): PlannedFacts {
  return new PlannedFacts({ resources, region, accountId, aws, instance });
}

function createEnforcement(
  { accountId, cluster: { region }, iam: mode }: BootPlan,
  { deployed: { resources } }: Foundation,
  facts: PlannedFacts,
): Enforcement {
  const administrator = {
    ...administratorCredentials,
    principal: { type: "administrator", arn: `arn:${facts.partition}:iam::${accountId}:root` },
  } as const;
  return new Enforcement({ policies: new PolicyStore(resources), facts, mode, region, credentials: [administrator] });
}

function startDns(hosted: readonly ZoneRecords[], { plan, paths }: RehearsalOptions): Promise<DnsServer> {
  return DnsServer.start({
    coredns: plan.tools.coredns,
    address: serviceAddresses.dns,
    directory: paths.service("dns"),
    zones: [...hosted, { name: instanceZone(plan.cluster.region), negativeTtl: instanceNegativeTtl, records: [] }],
  });
}

/** Zones of the plan without records, for the engine to fill. */
function plannedZones({ resources }: BootPlan): ZoneRecords[] {
  return Object.values(readInventory(resources).zones).map((name) => hostedZone(name, []));
}

function createBalancers({ plan, paths, network }: RehearsalOptions): LoadBalancers {
  const { haproxy } = plan.tools;
  return new LoadBalancers({ network, haproxy, directory: (name) => paths.service(name) });
}

/** Reports the seconds between calls. */
function stopwatch(timed: RehearsalOptions["timed"]): (phase: string) => void {
  let since = performance.now();
  return (phase) => {
    const now = performance.now();
    timed(phase, (now - since) / 1000);
    since = now;
  };
}
