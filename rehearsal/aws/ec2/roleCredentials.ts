/** Temporary credentials of instance roles, for the metadata service. */
import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import type { RoleCredentials } from "../../services/metadataTree";

/** Time before expiry at which EC2 renews credentials. */
const renewBeforeMs = 5 * 60_000;

export class RoleCredentialCache {
  readonly #issued = new Map<string, Promise<RoleCredentials>>();

  constructor(
    private readonly sts: STSClient,
    private readonly accountId: string,
    /** Receives credentials as soon as they exist. */
    private readonly onIssued: (role: string, instanceId: string, credentials: RoleCredentials) => void,
  ) {}

  /** Credentials of a role for one instance; the same until shortly before they expire. */
  async of(role: string, instanceId: string): Promise<RoleCredentials> {
    const key = `${role}/${instanceId}`;
    const issued = await this.#issued.get(key);
    if (issued !== undefined && Date.parse(issued.Expiration) - Date.now() > renewBeforeMs) return issued;
    const fresh = this.assume(role, instanceId);
    this.#issued.set(key, fresh);
    fresh.catch(() => this.#issued.delete(key));
    return fresh;
  }

  private async assume(role: string, instanceId: string): Promise<RoleCredentials> {
    const RoleArn = `arn:aws:iam::${this.accountId}:role/${role}`;
    const { Credentials } = await this.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: instanceId }));
    const issued = {
      AccessKeyId: Credentials?.AccessKeyId ?? "",
      SecretAccessKey: Credentials?.SecretAccessKey ?? "",
      Token: Credentials?.SessionToken ?? "",
      Expiration: iso(Credentials?.Expiration ?? new Date()),
      LastUpdated: iso(new Date()),
    };
    this.onIssued(role, instanceId, issued);
    return issued;
  }
}

/** ISO 8601 with whole seconds, as EC2 writes it; some clients accept nothing else. */
function iso(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
