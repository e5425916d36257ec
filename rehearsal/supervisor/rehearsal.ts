/** One booted plan: the cloud's services in the router's namespace, and the machines that follow from them. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { SetDesiredCapacityCommand } from "@aws-sdk/client-auto-scaling";
import type { Network } from "../machines/types";
import { startAssetServer } from "../services/assetServer";
import { AutoScaling } from "../aws/autoScaling/autoScaling";
import { LaunchTemplates } from "../aws/ec2/launchTemplates";
import { Refreshes } from "../aws/autoScaling/refreshes";
import { overrideCall } from "../aws/api/callOverrides";
import { startAwsApi } from "../aws/api/awsApi";
import type { AwsCall } from "../aws/api/awsCall";
import { type AwsClients, awsClients } from "../aws/awsClients";
import type { BootPlan } from "./bootPlan";
import { RoleCredentialCache } from "../aws/ec2/roleCredentials";
import { DnsServer } from "../services/dnsServer";
import { Events } from "../aws/eventBridge";
import { MachineReconciler } from "../aws/ec2/machineReconciler";
import { boundsWith, type GroupSize, groupSizes } from "../aws/autoScaling/groupSizes";
import { startMetadataService } from "../services/metadataService";
import { IdMapping } from "../aws/resources/idMapping";
import { InstanceRegistry } from "../aws/ec2/instance";
import { factsAt } from "../aws/ec2/instanceFacts";
import { drainSeconds, type Inventory, readInventory } from "../aws/resources/inventory";
import { KubeApi } from "../kubernetes/kubeApi";
import { adminAccess, byAddress } from "../kubernetes/kubeconfig";
import { RunningLoadBalancer } from "../services/loadBalancer";
import { motoAccountId, motoAddress, motoEndpoint } from "../aws/moto";
import { NodeReadiness } from "../kubernetes/readiness";
import { createResources } from "../aws/resources/createResources";
import { awsEndpoint, serviceAddresses } from "../services/serviceAddresses";
import { responseRewriter, ServiceBalancers } from "../aws/api/serviceLoadBalancers";
import { approveServingCertificates } from "../kubernetes/servingCertificates";
import type { StatePaths } from "./state";
import { Volumes } from "../aws/ec2/volumes";
import { refuseWebIdentity } from "../aws/api/webIdentity";
import { NetworkSync } from "./networkSync";
import { instanceZone } from "../services/dnsZones";

/** Changes are told by the AWS API at once; this only catches what slipped through. */
const sweepMs = 15_000;

/** Between two looks for kubelets that have asked for a certificate. */
const approveMs = 2_000;

export interface RehearsalParts {
  readonly plan: BootPlan;
  readonly paths: StatePaths;
  readonly network: Network;
  /** Told what went wrong. */
  readonly report: (problem: string) => void;
  /** Told the seconds that a phase took. */
  readonly timed: (phase: string, seconds: number) => void;
}

export class Rehearsal {
  /** AWS services that answer nobody, by their signing names. */
  unreachableServices: ReadonlySet<string> = new Set();
  #sweep: Promise<void> = Promise.resolve();
  #sweepAgain = false;
  #sweeping = false;

  private constructor(
    readonly plan: BootPlan,
    readonly instances: InstanceRegistry,
    readonly groups: MachineReconciler,
    readonly scaling: AutoScaling,
    private readonly templates: LaunchTemplates,
    /** The cluster's API; undefined for a plan without one. */
    readonly api: KubeApi | undefined,
    readonly readiness: NodeReadiness | undefined,
    /** What the plan's resources are called here. */
    readonly ids: IdMapping,
    readonly endpoint: { readonly url: string; readonly address: string } | undefined,
    private readonly aws: AwsClients,
    private readonly networkSync: NetworkSync,
    readonly volumes: Volumes,
    private readonly network: Network,
    private readonly report: (problem: string) => void,
  ) {}

  /** Makes the plan's resources in moto, which runs already, starts the services, and lets the groups start their machines. */
  static async start(parts: RehearsalParts): Promise<Rehearsal> {
    const { plan, paths, network, report, timed } = parts;
    const { region, name: cluster, podCidr } = plan.cluster;
    const clock = stopwatch(timed);

    for (const address of [serviceAddresses.awsApi, serviceAddresses.assets, serviceAddresses.dns]) {
      await network.addAddress(address);
    }
    if (plan.accountId !== motoAccountId)
      throw new Error(`the plan is for account ${plan.accountId}, not ${motoAccountId}`);
    const aws = awsClients(motoEndpoint, region);

    const sizes = groupSizes(plan.resources, plan.machines);
    const ids = new IdMapping();
    const resources = await createResources(
      plan.resources,
      {
        aws,
        region,
        bundle: plan.bundle,
        // groups start empty: the first machine boots when everything that it may ask for is there
        desiredCapacity: () => 0,
        bounds: (name, planned) => boundsWith(planned, sizes.find((size) => size.name === name)?.machines),
      },
      ids,
    );
    const inventory = readInventory(resources);
    clock("resources made");

    const [balancers, dns] = await Promise.all([
      startBalancers(inventory, parts),
      DnsServer.start({
        coredns: plan.tools.coredns,
        address: serviceAddresses.dns,
        directory: paths.service("dns"),
        zones: [...Object.values(inventory.zones), instanceZone(region)].map((zone) => zone.replace(/\.$/, "")),
      }),
      startAssetServer({ host: serviceAddresses.assets, port: 80, directory: plan.mirror }),
    ]);
    const instances = new InstanceRegistry();
    const networkSync = new NetworkSync({
      region,
      inventory,
      instances,
      network,
      balancers,
      dns,
      route53: aws.route53,
    });
    const volumes = new Volumes({ ec2: aws.ec2, instances, file: (id) => paths.volume(id), report });
    const templates = new LaunchTemplates(aws);
    const events = new Events(aws.call, report);
    const sweep = (): Promise<void> => rehearsal.sweep();
    const syncNetwork = (): Promise<void> => networkSync.syncInstances();
    const scaling = new AutoScaling({
      ...{ autoScaling: aws.autoScaling, ec2: aws.ec2, instances, templates, syncNetwork, sweep, report, events },
      drainSeconds: ({ group }) => drainSeconds(inventory, group),
    });
    const groups = new MachineReconciler({
      ec2: aws.ec2,
      cluster,
      region,
      podCidr,
      ownPodNetwork: plan.ownPodNetwork,
      inventory,
      instances,
      network,
      volumes,
      scaling,
      templates,
      events,
      image: plan.image,
      containerdSeed: plan.containerdSeed,
      nameserver: serviceAddresses.dns,
      environment: { AWS_ENDPOINT_URL: awsEndpoint },
      directory: (id) => paths.machine(id),
      syncNetwork,
      report,
    });
    const access = adminAccess(plan.kubeconfig);
    const address = balancers[0]?.addresses[0];
    if (address !== undefined) writeFileSync(paths.kubeconfig, byAddress(plan.kubeconfig, address), { mode: 0o600 });
    const api =
      address === undefined
        ? undefined
        : new KubeApi(address, () => ({
            ...adminAccess(readFileSync(paths.kubeconfig, "utf8")),
            serverName: access.serverName,
          }));
    const rehearsal: Rehearsal = new Rehearsal(
      plan,
      instances,
      groups,
      scaling,
      templates,
      api,
      api && new NodeReadiness(api),
      ids,
      address === undefined
        ? undefined
        : { url: `https://${access.serverName}:${access.port}`, address: `${address}:${access.port}` },
      aws,
      networkSync,
      volumes,
      network,
      report,
    );
    await rehearsal.openToMachines(parts, inventory);
    clock("services started");

    await rehearsal.startGroups(sizes);
    setInterval(() => void rehearsal.sweep(), sweepMs).unref();
    if (plan.servingCertificates && api !== undefined) approveForGood(api);
    return rehearsal;
  }

  /** Brings everything in line with the AWS; one run at a time, and another one if something changed meanwhile. */
  sweep(): Promise<void> {
    this.#sweepAgain = true;
    if (!this.#sweeping) {
      this.#sweeping = true;
      this.#sweep = this.sweepUntilDone().finally(() => (this.#sweeping = false));
    }
    return this.#sweep;
  }

  /** Parts the machines of a zone from all others and from the load balancers; undefined: no zone. */
  async isolateZone(zone: string | undefined): Promise<void> {
    const inZone = this.instances.all.filter(({ subnet }) => subnet.zone === zone);
    await this.network.isolate(inZone.flatMap(({ address, podCidr }) => [address, podCidr]));
  }

  private async sweepUntilDone(): Promise<void> {
    while (this.#sweepAgain) {
      this.#sweepAgain = false;
      try {
        await this.networkSync.syncRecords();
        await this.groups.reconcile();
        await this.volumes.reconcile();
      } catch (error) {
        this.report(error instanceof Error ? error.message : String(error));
      }
    }
  }

  private async openToMachines({ plan, paths, network }: RehearsalParts, inventory: Inventory): Promise<void> {
    const { aws, instances, scaling, templates, volumes } = this;
    const refreshes = new Refreshes(scaling, this.report);
    const balancers = new ServiceBalancers(aws);
    const hops = Object.values(inventory.groups).map(({ launch }) => launch.metadataHopLimit);
    await network.addAddress(serviceAddresses.metadata, { hopLimit: Math.max(1, ...hops) });
    const facts = {
      region: plan.cluster.region,
      accountId: plan.accountId,
      inventory,
      instances,
      credentials: new RoleCredentialCache(aws.sts, plan.accountId),
    };
    await startMetadataService({
      host: serviceAddresses.metadata,
      port: 80,
      instanceAt: (address) => factsAt(address, facts),
    });
    await startAwsApi({
      host: serviceAddresses.awsApi,
      port: 80,
      moto: motoAddress,
      answer: async (call) =>
        (await overrideCall(call, { volumes, balancers, scaling, refreshes, templates })) ??
        (await refuseWebIdentity(call, aws)),
      reword: responseRewriter,
      unreachable: ({ service }) => this.unreachableServices.has(service),
      changed: (call) => {
        this.follow(call);
      },
      record: (call) => {
        appendFileSync(paths.awsLog, `${JSON.stringify({ at: Date.now() / 1000, ...call })}\n`);
      },
    });
  }

  private follow(call: AwsCall): void {
    if (["ec2", "autoscaling", "route53", ""].includes(call.service)) void this.sweep();
  }

  private async startGroups(sizes: readonly GroupSize[]): Promise<void> {
    for (const { name, machines } of sizes) {
      await this.aws.autoScaling.send(
        new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: machines }),
      );
    }
    await this.sweep();
  }
}

/** Kubelets ask when they start, and again long before a certificate ends. An API that does not answer is asked again. */
function approveForGood(api: KubeApi): void {
  setInterval(() => {
    approveServingCertificates(api).catch(() => undefined);
  }, approveMs).unref();
}

function startBalancers(
  inventory: Inventory,
  { plan, paths, network }: RehearsalParts,
): Promise<RunningLoadBalancer[]> {
  return Promise.all(
    inventory.loadBalancers.map((balancer, index) =>
      RunningLoadBalancer.start({
        balancer,
        index,
        network,
        haproxy: plan.tools.haproxy,
        directory: paths.service(balancer.name),
      }),
    ),
  );
}

/** Tells the seconds between calls. */
function stopwatch(timed: RehearsalParts["timed"]): (phase: string) => void {
  let since = performance.now();
  return (phase) => {
    const now = performance.now();
    timed(phase, (now - since) / 1000);
    since = now;
  };
}
