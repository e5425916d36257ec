/** Operation and parameters of an AWS request. Pure. */

export interface AwsCall {
  /** Signing name of the service (`ec2`, `autoscaling`, `route53` …); empty for unsigned requests. */
  readonly service: string;
  /** `AttachVolume`, `PutParameter` …; for REST services the method and path. */
  readonly action: string;
  /** Form parameters; empty for other protocols. */
  readonly form: URLSearchParams;
}

export interface AwsRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Body of a form; other bodies are ignored. */
  readonly body: string;
}

export function readCall({ method, url, headers, body }: AwsRequest): AwsCall {
  const form = new URLSearchParams(isForm(headers) ? body : "");
  const target = headers["x-amz-target"];
  const action =
    form.get("Action") ??
    (typeof target === "string" ? target.split(".").at(-1) : undefined) ??
    `${method} ${url.split("?")[0] ?? "/"}`;
  return { service: signingName(headers.authorization), action, form };
}

/** True for form requests, which are small enough to read completely before forwarding. */
export function isForm(headers: AwsRequest["headers"]): boolean {
  const type = headers["content-type"];
  return typeof type === "string" && type.startsWith("application/x-www-form-urlencoded");
}

/** True for a call that may change something. */
export function isMutating({ action }: AwsCall): boolean {
  return !/^(Describe|Get|List|Lookup|Head|Decrypt|Encrypt|GenerateDataKey|Assume|GET |HEAD |OPTIONS )/.test(action);
}
function signingName(authorization: string | readonly string[] | undefined): string {
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(typeof authorization === "string" ? authorization : "");
  return scope?.[1] ?? "";
}
