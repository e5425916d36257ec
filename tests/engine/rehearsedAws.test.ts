/**
 * The plugins of a rehearsal, with the real engine and moto, the AWS of rehearsals, but without machines: instances of moto's groups
 * are in service at once. tests/cluster/engine.test.ts boots them.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Server } from "node:http";

import {
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
  UpdateAutoScalingGroupCommand,
  type UpdateAutoScalingGroupCommandInput,
} from "@aws-sdk/client-auto-scaling";
import {
  AuthorizeSecurityGroupIngressCommand,
  DeleteVolumeCommand,
  DescribeInternetGatewaysCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { DescribeLoadBalancersCommand, DescribeTargetGroupsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ListInstanceProfilesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { ListHostedZonesCommand } from "@aws-sdk/client-route-53";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { DescribeParametersCommand } from "@aws-sdk/client-ssm";

import { findFreePort } from "../../operations/tunnel/session";
import { prepareMoto } from "../../rehearsal/assets";
import { AwsRefusal } from "../../rehearsal/aws/api/awsRefusal";
import type { AutoScaling } from "../../rehearsal/aws/autoScaling/autoScaling";
import type { Refreshes } from "../../rehearsal/aws/autoScaling/refreshes";
import { type AwsClients, awsClients } from "../../rehearsal/aws/awsClients";
import { LaunchTemplates } from "../../rehearsal/aws/ec2/launchTemplates";
import { startMoto } from "../../rehearsal/aws/moto";
import { IdMapping } from "../../rehearsal/aws/resources/idMapping";
import { rehearsalVariable } from "../../rehearsal/engine/providers/plugin";
import type { Service } from "../../rehearsal/services/service";
import type { BootPlan } from "../../rehearsal/supervisor/bootPlan";
import { Control, type ControlOptions } from "../../rehearsal/supervisor/control";
import { serveControl } from "../../rehearsal/supervisor/controlServer";
import { DeployedPlan } from "../../rehearsal/supervisor/deployedPlan";
import { EngineChanges } from "../../rehearsal/supervisor/engineChanges";
import { statePaths } from "../../rehearsal/supervisor/statePaths";
import { Workspace, outline } from "./workspace";

const stack = "dev";
const id = "engine";
const group = "dev-worker-general";

/** Auto Scaling of moto alone. */
function motoScaling({ autoScaling }: AwsClients): AutoScaling {
  const scaling = {
    group: async (name: string) => {
      const request = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
      const { AutoScalingGroups: [found] = [] } = await autoScaling.send(request);
      if (found === undefined) throw new AwsRefusal("ValidationError", "AutoScalingGroup name not found");
      return found;
    },
    setDesiredCapacity: (AutoScalingGroupName: string, DesiredCapacity: number) =>
      autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity })),
    update: (input: UpdateAutoScalingGroupCommandInput) => autoScaling.send(new UpdateAutoScalingGroupCommand(input)),
  };
  return scaling as unknown as AutoScaling;
}

/** Names of everything in the account that a cluster consists of. */
async function account({ ec2, autoScaling, loadBalancing, iam, kms, route53, s3, ssm, call }: AwsClients) {
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}));
  const { LaunchTemplates: templates = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({}));
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
  const { AutoScalingGroups = [] } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  const { LoadBalancers = [] } = await loadBalancing.send(new DescribeLoadBalancersCommand({}));
  const { TargetGroups = [] } = await loadBalancing.send(new DescribeTargetGroupsCommand({}));
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  const { InstanceProfiles = [] } = await iam.send(new ListInstanceProfilesCommand({}));
  const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const { Parameters = [] } = await ssm.send(new DescribeParametersCommand({}));
  const { QueueUrls = [] } = await call("sqs", "AmazonSQS.ListQueues", {});
  const { logGroups = [] } = await call("logs", "Logs_20140328.DescribeLogGroups", {});
  const { Keys = [] } = await kms.send(new ListKeysCommand({}));
  const keys = await Promise.all(Keys.map(({ KeyId = "" }) => kms.send(new DescribeKeyCommand({ KeyId }))));
  return {
    networks: Vpcs.filter(({ IsDefault }) => IsDefault !== true).map(({ VpcId }) => VpcId),
    subnets: Subnets.filter(({ DefaultForAz }) => DefaultForAz !== true).map(({ SubnetId }) => SubnetId),
    securityGroups: SecurityGroups.filter(({ GroupName }) => GroupName !== "default").map(({ GroupName }) => GroupName),
    gateways: InternetGateways.map(({ InternetGatewayId }) => InternetGatewayId),
    templates: templates.map(({ LaunchTemplateName }) => LaunchTemplateName),
    volumes: Volumes.map(({ VolumeId }) => VolumeId),
    groups: AutoScalingGroups.map(({ AutoScalingGroupName }) => AutoScalingGroupName),
    loadBalancers: LoadBalancers.map(({ LoadBalancerName }) => LoadBalancerName),
    targetGroups: TargetGroups.map(({ TargetGroupName }) => TargetGroupName),
    roles: Roles.map(({ RoleName }) => RoleName),
    profiles: InstanceProfiles.map(({ InstanceProfileName }) => InstanceProfileName),
    zones: HostedZones.map(({ Name }) => Name),
    buckets: Buckets.map(({ Name }) => Name),
    parameters: Parameters.map(({ Name }) => Name),
    queues: QueueUrls as string[],
    logGroups: (logGroups as { logGroupName: string }[]).map(({ logGroupName }) => logGroupName),
    keys: keys.flatMap(({ KeyMetadata }) =>
      KeyMetadata?.KeyState === "PendingDeletion" ? [] : [KeyMetadata?.Description],
    ),
  };
}

describe("dev in the AWS of a rehearsal", () => {
  const workspace = new Workspace();
  const state = mkdtempSync(join(tmpdir(), "holdfast-engine-"));
  const before = process.env.HOLDFAST_STATE;
  /** Groups with instance refreshes. */
  const rollouts: string[] = [];
  let aws: AwsClients;
  let moto: Service;
  let control: Server;

  beforeAll(async () => {
    process.env.HOLDFAST_STATE = state;
    const port = await findFreePort();
    moto = await startMoto(await prepareMoto(() => undefined), join(state, "moto"), port);
    aws = awsClients(`http://127.0.0.1:${port}`, "eu-central-1");
    const deployed = new DeployedPlan({ cluster: { region: "eu-central-1" } } as BootPlan, []);
    const engine = new EngineChanges({
      aws,
      deployed,
      ids: new IdMapping(),
      templates: new LaunchTemplates(aws),
      scaling: motoScaling(aws),
      refreshes: {
        cancel: () => Promise.reject(new AwsRefusal("ActiveInstanceRefreshNotFound", "none")),
        start: (name: string) => Promise.resolve(String(rollouts.push(name))),
      } as unknown as Refreshes,
      onChange: () => Promise.resolve(),
    });
    const { socket } = statePaths(id);
    mkdirSync(dirname(socket), { recursive: true });
    control = await serveControl(
      new Control({ tracker: { rehearsal: { engine } } } as unknown as ControlOptions),
      socket,
    );
    await workspace.prepare({ aws: "rehearsal/engine/providers/aws.ts" }, { [rehearsalVariable]: id });
    await workspace.mustRun("stack", "init", stack);
  });

  afterAll(async () => {
    control.close();
    await moto.stop();
    workspace.remove();
    if (before === undefined) delete process.env.HOLDFAST_STATE;
    else process.env.HOLDFAST_STATE = before;
    rmSync(state, { recursive: true, force: true });
  });

  const groupOf = async (name: string) => {
    const request = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
    return (await aws.autoScaling.send(request)).AutoScalingGroups?.[0];
  };

  test("up creates the cluster there, with the sizes of the settings", async () => {
    await workspace.mustComplete("up", stack);
    const { groups, networks, loadBalancers, ...others } = await account(aws);
    expect(networks).toHaveLength(1);
    expect(loadBalancers).toEqual(["dev-api"]);
    expect(groups.sort()).toEqual(["dev-control-plane-a", group]);
    expect(await groupOf(group)).toMatchObject({ MinSize: 1, MaxSize: 5, DesiredCapacity: 1 });
    expect(Object.entries(others).filter(([, names]) => names.length === 0)).toEqual([]);
  });

  test("a refresh finds nothing", async () => {
    expect(Object.keys((await workspace.mustComplete("refresh", stack)).summary)).toEqual(["same"]);
  });

  test("the size of a pool changes its group without a rollout", async () => {
    await workspace.set(stack, "cluster.workers.general.min", "2");
    await workspace.mustComplete("up", stack);
    expect(await groupOf(group)).toMatchObject({ MinSize: 2, DesiredCapacity: 2 });
    expect(rollouts).toEqual([]);
  });

  test("the image of a pool adds a version of its launch template and rolls its machines", async () => {
    await workspace.set(stack, "cluster.nodes.imagePins.worker-general", "ami-0fedcba9876543210");
    await workspace.mustComplete("up", stack);
    const request = new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [group] });
    const { LaunchTemplates: [template] = [] } = await aws.ec2.send(request);
    expect(template?.LatestVersionNumber).toBe(2);
    expect(rollouts).toEqual([group]);
  });

  test("a refresh finds a changed size and a deleted volume, and records an added rule; up restores what the program owns", async () => {
    await aws.autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group, MaxSize: 9 }));
    const { SecurityGroups = [] } = await aws.ec2.send(new DescribeSecurityGroupsCommand({}));
    const changed = SecurityGroups.find(({ GroupName = "" }) => GroupName.startsWith("dev-firewall-worker-"));
    const rule = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "0.0.0.0/0" };
    await aws.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: changed?.GroupId, ...rule }));
    const [volume] = (await account(aws)).volumes;
    await aws.ec2.send(new DeleteVolumeCommand({ VolumeId: volume }));

    const { summary } = await workspace.mustComplete("refresh", stack);
    // No input names the rules of a group, so the engine does not count it as changed.
    expect(summary).toMatchObject({ update: 1, delete: 1 });
    const { resources = [] } = await workspace.state(stack);
    const named = (name: string) => resources.find(({ urn }) => urn.endsWith(`::${name}`));
    expect(named("dev-workers-general-group")?.inputs).toMatchObject({ maxSize: 9 });
    expect(named("dev-firewall-worker")?.outputs).toMatchObject({
      ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] }],
    });
    expect(resources.filter(({ type }) => type === "aws:ebs/volume:Volume")).toEqual([]);
    const repaired = outline((await workspace.mustComplete("up", stack)).steps).join("\n");
    expect(repaired).toContain("update aws:autoscaling/group:Group dev-workers-general-group maxSize");
    expect(repaired).toContain("create aws:ebs/volume:Volume");
    expect(await groupOf(group)).toMatchObject({ MaxSize: 5 });
  });

  test("destroy leaves an empty account", async () => {
    await workspace.mustComplete("destroy", stack);
    const left = Object.entries(await account(aws)).filter(([, names]) => names.length > 0);
    expect(left).toEqual([]);
    expect(workspace.world()).toEqual([]);
  });
});
