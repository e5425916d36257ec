/** The AWS query protocol: results as XML. Pure. */

/** A result's members as XML: lists as `member` elements, absent ones left out. */
export function xmlOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => `<member>${xmlOf(item)}</member>`).join("");
  if (typeof value === "string") return escapeXml(value);
  if (typeof value === "object") {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${xmlOf(member)}</${name}>`)
      .join("");
  }
  return escapeXml(JSON.stringify(value));
}

export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** A structure: its members by name. */
export interface FormStructure {
  readonly [member: string]: FormValue;
}
export type FormValue = string | FormStructure | readonly FormValue[];

/** A form's parameters as the structure that they spell: `A.B=1` is {A: {B: "1"}}, `L.member.1=x` is {L: ["x"]}. */
export function structureOf(form: URLSearchParams): FormStructure {
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
