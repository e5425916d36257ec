/** Amazon ECR: tokens for its registries, and repositories, which it does not create on push. */
import { S3Client } from "@aws-sdk/client-s3";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";

import { serviceDomain } from "../../components/aws/partition.plan";
import { parseRegistry } from "../../components/ecr/registry.plan";
import type { Login } from "./registry";

export class Ecr {
  readonly #ensured = new Map<string, Promise<void>>();

  private constructor(
    private readonly account: string,
    private readonly region: string,
    private readonly endpoint: string,
  ) {}

  /** @returns undefined for another registry */
  static of(registry: string): Ecr | undefined {
    const found = parseRegistry(registry);
    if (found === undefined) return undefined;
    const { account, region } = found;
    return new Ecr(
      account,
      region,
      process.env.AWS_ENDPOINT_URL ?? `https://api.ecr.${region}.${serviceDomain(region)}`,
    );
  }

  /** Token for twelve hours (ecr:GetAuthorizationToken). */
  async login(): Promise<Login> {
    const answer = (await this.call("GetAuthorizationToken", {})) as {
      authorizationData?: { authorizationToken?: string }[];
    };
    const token = answer.authorizationData?.[0]?.authorizationToken ?? "";
    const [username = "", ...password] = Buffer.from(token, "base64").toString().split(":");
    return { username, password: password.join(":") };
  }

  /** Creates a repository unless it exists (ecr:CreateRepository). */
  ensureRepository(repositoryName: string): Promise<void> {
    const ensured =
      this.#ensured.get(repositoryName) ??
      this.call(
        "CreateRepository",
        { repositoryName, registryId: this.account },
        "RepositoryAlreadyExistsException",
      ).then(() => undefined);
    this.#ensured.set(repositoryName, ensured);
    return ensured;
  }

  /** @param accepted error after which the answer is empty */
  private async call(action: string, input: object, accepted?: string): Promise<object> {
    // No client for ECR: its package would serve two calls.
    const { credentials } = new S3Client({ region: this.region }).config;
    const { hostname, host, protocol, port } = new URL(this.endpoint);
    const body = JSON.stringify(input);
    const signer = new SignatureV4({ service: "ecr", region: this.region, credentials, sha256: Sha256 });
    const { headers } = await signer.sign({
      method: "POST",
      protocol,
      hostname,
      ...(port !== "" && { port: Number(port) }),
      path: "/",
      headers: {
        host,
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AmazonEC2ContainerRegistry_V20150921.${action}`,
      },
      body,
    });
    const response = await fetch(this.endpoint, { method: "POST", headers, body });
    const answer = (await response.json().catch(() => ({}))) as { __type?: string; message?: string };
    const error = answer.__type?.split("#").at(-1);
    if (response.ok || (error !== undefined && error === accepted)) return answer;
    throw new Error(
      `ecr:${action} in ${this.region}: ${error ?? `HTTP status ${response.status}`} ${answer.message ?? ""}`,
    );
  }
}
