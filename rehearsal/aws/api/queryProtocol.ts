/** The AWS query protocol: form parameters in, XML out. Pure. */
import type { AwsReply } from "./awsApi";
import type { AwsRefusal } from "./awsRefusal";

const namespaces = {
  autoscaling: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
  ec2: "http://ec2.amazonaws.com/doc/2016-11-15/",
  sts: "https://sts.amazonaws.com/doc/2011-06-15/",
} as const;
type Service = keyof typeof namespaces;

/** Successful reply with the members of a result. */
export function successReply(service: Service, action: string, result: object): AwsReply {
  const members = renderXml(result);
  const content =
    service === "ec2"
      ? `<requestId>rehearsal</requestId>${members}`
      : `<${action}Result>${members}</${action}Result><ResponseMetadata><RequestId>rehearsal</RequestId></ResponseMetadata>`;
  return { status: 200, body: `<${action}Response xmlns="${namespaces[service]}">${content}</${action}Response>` };
}

export function refusalReply(service: Service, { code, message }: AwsRefusal): AwsReply {
  const error = `<Code>${code}</Code><Message>${escapeXml(message)}</Message>`;
  const body =
    service === "ec2"
      ? `<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error>${error}</Error></Errors><RequestID>rehearsal</RequestID></Response>`
      : `<ErrorResponse xmlns="${namespaces[service]}">
<Error><Type>Sender</Type>${error}</Error><RequestId>rehearsal</RequestId></ErrorResponse>`;
  return { status: code === "AccessDenied" ? 403 : 400, body };
}

/** Members of a result as XML: lists as `member` elements, without undefined members. */
export function renderXml(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => `<member>${renderXml(item)}</member>`).join("");
  if (typeof value === "string") return escapeXml(value);
  if (typeof value === "object") {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${renderXml(member)}</${name}>`)
      .join("");
  }
  return escapeXml(JSON.stringify(value));
}

export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** Members of a structure by name. */
export interface FormStructure {
  readonly [member: string]: FormValue;
}
export type FormValue = string | FormStructure | readonly FormValue[];

/** Parses form parameters into the structure that they encode: `A.B=1` is {A: {B: "1"}}, `L.member.1=x` is {L: ["x"]}. */
export function parseForm(form: URLSearchParams): FormStructure {
  const root: Tree = new Map();
  for (const [key, value] of form) {
    const path = key.split(".");
    const last = path.pop() ?? "";
    const parent = path.reduce<Tree>((node, name) => {
      const child = node.get(name);
      if (child instanceof Map) return child;
      const made: Tree = new Map();
      node.set(name, made);
      return made;
    }, root);
    parent.set(last, value);
  }
  return Object.fromEntries([...root].map(([name, node]) => [name, valueOf(node)]));
}

type Tree = Map<string, Tree | string>;

function valueOf(node: Tree | string): FormValue {
  if (typeof node === "string") return node;
  const list = node.get("member");
  if (node.size === 1 && list instanceof Map) {
    return [...list].sort(([one], [other]) => Number(one) - Number(other)).map(([, item]) => valueOf(item));
  }
  return Object.fromEntries([...node].map(([name, child]) => [name, valueOf(child)]));
}
