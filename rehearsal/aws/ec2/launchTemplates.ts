/** Launch template versions, from which groups launch machines. */
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
  type ResponseLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import type { LaunchSpec } from "../resources/inventory";
import { AwsRefusal } from "../api/awsRefusal";

export interface TemplateVersion {
  readonly id: string;
  readonly name: string;
  /** Number, never `$Latest` or `$Default`. */
  readonly version: string;
}

export class LaunchTemplates {
  readonly #data = new Map<string, ResponseLaunchTemplateData>();
  /** Base64 user data of derived versions: moto launches nothing from a later version that has user data. */
  readonly #userData = new Map<string, string>();

  constructor(private readonly aws: { readonly autoScaling: AutoScalingClient; readonly ec2: EC2Client }) {}

  /** Version from which a group launches machines now. */
  async current(group: string): Promise<TemplateVersion> {
    const { AutoScalingGroups: [found] = [] } = await this.aws.autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
    );
    return this.versionOf(found);
  }

  /** Like `current`, for a group that has been described already. */
  async versionOf(group: AutoScalingGroup | undefined): Promise<TemplateVersion> {
    const { LaunchTemplateId: id = "", LaunchTemplateName: name = "", Version = "$Default" } = templateOf(group) ?? {};
    if (/^\d+$/.test(Version)) return { id, name, version: Version };
    return { id, name, version: String((await this.describe(id, Version))?.VersionNumber ?? 1) };
  }

  /** Contents of a version; the plan provides what it leaves open. */
  async launch({ id, version }: TemplateVersion, planned: LaunchSpec): Promise<LaunchSpec> {
    const key = `${id} ${version}`;
    const data = this.#data.get(key) ?? (await this.describe(id, version))?.LaunchTemplateData ?? {};
    this.#data.set(key, data);
    const { SecurityGroups: groups = [] } = data;
    const userData = this.#userData.get(key) ?? data.UserData;
    return {
      ...planned,
      userData: userData === undefined ? planned.userData : Buffer.from(userData, "base64").toString("utf8"),
      securityGroups: groups.length > 0 ? groups : planned.securityGroups,
    };
  }

  /**
   * Creates a version from another one with changed text fields (instance type, image, user data …), which moto cannot.
   * @throws AwsRefusal for an unknown source version
   */
  async derive(id: string, source: string, changes: Readonly<Record<string, string>>): Promise<TemplateVersion> {
    const from = await this.describe(id, source);
    if (from === undefined) throw new AwsRefusal("InvalidLaunchTemplateId.VersionNotFound", `${id} has no ${source}`);
    const UserData = this.#userData.get(`${id} ${source}`);
    const data = { ...(UserData !== undefined && { UserData }), ...from.LaunchTemplateData, ...changes };
    const version = await this.addVersion(id, data as RequestLaunchTemplateData);
    return { id, name: from.LaunchTemplateName ?? "", version };
  }

  /** Creates a version with these contents. @returns its number. */
  async addVersion(id: string, { UserData, ...rest }: RequestLaunchTemplateData): Promise<string> {
    const { LaunchTemplateVersion: made } = await this.aws.ec2.send(
      new CreateLaunchTemplateVersionCommand({ LaunchTemplateId: id, LaunchTemplateData: rest }),
    );
    const version = String(made?.VersionNumber ?? "");
    if (UserData !== undefined) this.#userData.set(`${id} ${version}`, UserData);
    return version;
  }

  private async describe(id: string, version: string) {
    const { LaunchTemplateVersions: [found] = [] } = await this.aws.ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }),
    );
    return found;
  }
}

/** Template of a group, which is part of a mixed instances policy if it has one. */
function templateOf(group: AutoScalingGroup | undefined): LaunchTemplateSpecification | undefined {
  return group?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? group?.LaunchTemplate;
}
