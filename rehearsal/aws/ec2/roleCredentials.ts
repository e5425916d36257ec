/** Temporary credentials of instances' roles, as the metadata service hands them out. */
import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import type { RoleCredentials } from "../../services/metadataTree";

/** RoleCredentialCache are renewed this long before they end, as EC2 does. */
const renewBeforeMs = 5 * 60_000;

export class RoleCredentialCache {
  readonly #given = new Map<string, Promise<RoleCredentials>>();

  constructor(
    private readonly sts: STSClient,
    private readonly accountId: string,
  ) {}

  /** RoleCredentialCache of a role for one instance; the same until shortly before they end. */
  async of(role: string, instanceId: string): Promise<RoleCredentials> {
    const key = `${role}/${instanceId}`;
    const given = await this.#given.get(key);
    if (given !== undefined && Date.parse(given.Expiration) - Date.now() > renewBeforeMs) return given;
    const fresh = this.assume(role, instanceId);
    this.#given.set(key, fresh);
    fresh.catch(() => this.#given.delete(key));
    return fresh;
  }

  private async assume(role: string, instanceId: string): Promise<RoleCredentials> {
    const RoleArn = `arn:aws:iam::${this.accountId}:role/${role}`;
    const { Credentials: made } = await this.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: instanceId }));
    return {
      AccessKeyId: made?.AccessKeyId ?? "",
      SecretAccessKey: made?.SecretAccessKey ?? "",
      Token: made?.SessionToken ?? "",
      Expiration: iso(made?.Expiration ?? new Date()),
      LastUpdated: iso(new Date()),
    };
  }
}

/** Whole seconds, as EC2 writes them; some clients read nothing else. */
function iso(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
