/** What an AWS request asks for, read off its headers and form. Pure. */

export interface AwsCall {
  /** Signing name of the service (`ec2`, `autoscaling`, `route53` …); empty for an unsigned request. */
  readonly service: string;
  /** `AttachVolume`, `PutParameter` …; for services that speak REST, method and path. */
  readonly action: string;
  /** Parameters of a form; empty for other protocols. */
  readonly form: URLSearchParams;
}

export interface AwsRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Body of a form; other bodies need not be given. */
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

/** Forms are small, and are read whole before they are passed on. */
export function isForm(headers: AwsRequest["headers"]): boolean {
  const type = headers["content-type"];
  return typeof type === "string" && type.startsWith("application/x-www-form-urlencoded");
}

/** Whether a call may have changed something. */
export function changes({ action }: AwsCall): boolean {
  return !/^(Describe|Get|List|Lookup|Head|Decrypt|Encrypt|GenerateDataKey|Assume|GET |HEAD |OPTIONS )/.test(action);
}

/** Values of a list parameter: `InstanceId.1`, `InstanceId.2` …, or with `member` in between. */
export function listParameter(form: URLSearchParams, name: string): string[] {
  return [...form].filter(([key]) => new RegExp(`^${name}\\.(member\\.)?\\d+$`).test(key)).map(([, value]) => value);
}

function signingName(authorization: string | readonly string[] | undefined): string {
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(typeof authorization === "string" ? authorization : "");
  return scope?.[1] ?? "";
}
