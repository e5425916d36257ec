/** Placeholders for encrypted settings, which only the Pulumi CLI can decrypt: valid values, one for each kind of text. */
import type { z } from "zod";
import { defaultKubernetesVersion, previousMinor } from "../node/kubernetesVersions.plan";
import { isEncrypted } from "./encrypted";
import type { SettingPath } from "./problems";
import { valueAt } from "./problems";

/** Self-signed CA certificate without a key. Valid until 2126. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUVvHmbnuq20uzSeQ2ADfS2xq1H+kwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJZW5jcnlwdGVkMCAXDTI2MTEyOTAzNDg0NFoYDzIxMjYxMTA1
MDM0ODQ0WjAUMRIwEAYDVQQDDAllbmNyeXB0ZWQwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQlWWGaNfRRecnIApfHTTyU/8A5IV+oxXDZ303vulaOoyx1s6V4DSn7
LMLRK1IynntRU2GVQpb1WIC3tAfHDJiFo1MwUTAdBgNVHQ4EFgQUVhOWTfEhgMW7
vKsk5u2fgk00FQYwHwYDVR0jBBgwFoAUVhOWTfEhgMW7vKsk5u2fgk00FQYwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAjbT6DXsEFZ9shZxCU2+s
wNNGzUkNi0pdb74XtJQ9lQwCIQDJlE2XyvQ628ggmZyU88AqEozJSfkPJei3qcem
5+bRkA==
-----END CERTIFICATE-----
`;

/** Valid texts, from names to ever more special kinds. Each text setting accepts one of them, or is an enumeration. */
export const placeholders: readonly string[] = [
  "encrypted",
  "encrypted.example.com",
  "https://encrypted.example.com",
  "http://encrypted.example.com:3128",
  "encrypted@example.com",
  "example.com/encrypted",
  "true",
  "1",
  "10.0.0.0/16",
  "a",
  "eu-central-1a",
  "eu-central-1",
  "m6i.large",
  "/dev/xvda",
  "/encrypted",
  "net.core.somaxconn",
  "*:0/15",
  "02:00",
  previousMinor(defaultKubernetesVersion),
  "get",
  "s3:GetObject",
  "arn:aws:s3:::encrypted",
  "arn:aws:sns:eu-central-1:123456789012:encrypted",
  "encrypted/backups/daily/20261121T000003Z-g1-r12345-a.db.gz",
  "quay.io",
  "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/encrypted",
  "ami-0123456789abcdef0",
  "vpc-0123456789abcdef0",
  "subnet-0123456789abcdef0",
  "sg-0123456789abcdef0",
  "Z0123456789ABCDEFGHIJ",
  "0".repeat(64),
  defaultKubernetesVersion,
  certificate,
];

export interface FilledSettings {
  /** Settings with placeholders in place of encrypted values. */
  readonly settings: unknown;
  /** Settings that have placeholders. */
  readonly encrypted: readonly SettingPath[];
}

/**
 * Replaces encrypted values by placeholders that the schema accepts. An encrypted value where the schema accepts no text stays as
 * it is. Parses the settings once or several times for each encrypted value.
 */
export function fillEncrypted(schema: z.ZodType, raw: unknown): FilledSettings {
  const paths = [...encryptedPaths(raw, [])];
  if (paths.length === 0) return { settings: raw, encrypted: [] };
  const settings = structuredClone(raw);
  for (const path of paths) set(settings, path, placeholders[0]);
  const encrypted = paths.filter((path) => {
    const chosen = choosePlaceholder(schema, settings, path);
    set(settings, path, chosen ?? valueAt(raw, path));
    return chosen !== undefined;
  });
  return { settings, encrypted };
}

function* encryptedPaths(value: unknown, path: SettingPath): Iterable<SettingPath> {
  if (typeof value !== "object" || value === null) return;
  if (isEncrypted(value) && path.length > 0) yield path;
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* encryptedPaths(item, [...path, index]);
  else for (const [key, item] of Object.entries(value)) yield* encryptedPaths(item, [...path, key]);
}

/** Placeholder that the schema accepts at a path with the fewest problems elsewhere: it may select the variant of a section. */
function choosePlaceholder(schema: z.ZodType, settings: unknown, path: SettingPath): string | undefined {
  const candidates = [...placeholders];
  let best: { readonly text: string; readonly problems: number } | undefined;
  for (let index = 0; index < candidates.length; index++) {
    const text = candidates[index] ?? "";
    set(settings, path, text);
    const parsed = schema.safeParse(settings);
    if (parsed.success) return text;
    const { issues } = parsed.error;
    const here = issues.find(
      (issue) => issue.path.length === path.length && path.every((step, at) => issue.path[at] === step),
    );
    if (here === undefined) {
      if (best === undefined || issues.length < best.problems) best = { text, problems: issues.length };
    } else if (index === 0) candidates.push(...textsOf(here));
  }
  return best?.text;
}

/** Texts of an enumeration that an issue lists. */
function textsOf(issue: z.core.$ZodIssue): readonly string[] {
  const listed = issue.code === "invalid_value" ? issue.values : "options" in issue ? issue.options : [];
  return Array.isArray(listed) ? listed.filter((value) => typeof value === "string") : [];
}

function set(root: unknown, path: SettingPath, value: unknown): void {
  const holder = valueAt(root, path.slice(0, -1)) as Record<string | number, unknown>;
  const last = path.at(-1) ?? "";
  // A key called __proto__ is refused later.
  Object.defineProperty(holder, last, { value, configurable: true, enumerable: true, writable: true });
}
