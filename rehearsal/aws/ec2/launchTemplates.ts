/** Which version of its launch template a group starts machines from, and what that holds. */
import {
  type AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  type LaunchTemplateSpecification,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
  type RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import type { LaunchSpec } from "../resources/inventory";
import { AwsRefusal } from "../api/awsRefusal";

export interface TemplateVersion {
  readonly id: string;
  readonly name: string;
  /** A number: neither `$Latest` nor `$Default`. */
  readonly version: string;
}

export class LaunchTemplates {
  readonly #launches = new Map<string, Partial<LaunchSpec>>();
  /** Encoded, of derived versions: moto starts nothing from a later version that has user data. */
  readonly #userData = new Map<string, string>();

  constructor(private readonly aws: { readonly autoScaling: AutoScalingClient; readonly ec2: EC2Client }) {}

  /** What a group would start a machine from now. */
  async current(group: string): Promise<TemplateVersion> {
    const { AutoScalingGroups: [found] = [] } = await this.aws.autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
    );
    return this.versionOf(found);
  }

  /** The same of a group that has been described. */
  async versionOf(group: AutoScalingGroup | undefined): Promise<TemplateVersion> {
    const { LaunchTemplateId: id = "", LaunchTemplateName: name = "", Version = "$Default" } = templateOf(group) ?? {};
    if (/^\d+$/.test(Version)) return { id, name, version: Version };
    return { id, name, version: String((await this.describe(id, Version))?.VersionNumber ?? 1) };
  }

  /** What a version says of its machines; the rest is as the plan has it. */
  async launch({ id, version }: TemplateVersion, planned: LaunchSpec): Promise<LaunchSpec> {
    const key = `${id} ${version}`;
    const own = this.#userData.get(key);
    const described = async () => ({
      ...(await this.describe(id, version))?.LaunchTemplateData,
      ...(own !== undefined && { UserData: own }),
    });
    const known = this.#launches.get(key) ?? launchPart(await described());
    this.#launches.set(key, known);
    return { ...planned, ...known };
  }

  /**
   * Makes a version that differs from another one in texts (instance type, image, user data …): moto takes nothing over.
   * @throws AwsRefusal if there is no such version.
   */
  async derive(id: string, source: string, changes: Readonly<Record<string, string>>): Promise<TemplateVersion> {
    const from = await this.describe(id, source);
    if (from === undefined) throw new AwsRefusal("InvalidLaunchTemplateId.VersionNotFound", `${id} has no ${source}`);
    const { UserData = this.#userData.get(`${id} ${source}`), ...rest } = {
      ...from.LaunchTemplateData,
      ...changes,
    } as RequestLaunchTemplateData;
    const { LaunchTemplateVersion: made } = await this.aws.ec2.send(
      new CreateLaunchTemplateVersionCommand({ LaunchTemplateId: id, LaunchTemplateData: rest }),
    );
    const version = String(made?.VersionNumber ?? "");
    if (UserData !== undefined) this.#userData.set(`${id} ${version}`, UserData);
    return { id, name: from.LaunchTemplateName ?? "", version };
  }

  private async describe(id: string, version: string) {
    const { LaunchTemplateVersions: [found] = [] } = await this.aws.ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }),
    );
    return found;
  }
}

/** A group names its template itself, or in its policy of several instance types. */
export function templateOf(group: AutoScalingGroup | undefined): LaunchTemplateSpecification | undefined {
  return group?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? group?.LaunchTemplate;
}

function launchPart({
  UserData,
  SecurityGroups = [],
}: {
  readonly UserData?: string | undefined;
  readonly SecurityGroups?: readonly string[] | undefined;
}): Partial<LaunchSpec> {
  return {
    ...(UserData !== undefined && { userData: Buffer.from(UserData, "base64").toString("utf8") }),
    ...(SecurityGroups.length > 0 && { securityGroups: SecurityGroups }),
  };
}
