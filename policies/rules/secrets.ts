/** Patterns of secrets and their descriptions. */
const secretPatterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, "a private key"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, "an AWS access key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}/, "a GitHub token"],
  [/\bxox[abprs]-[A-Za-z0-9-]{10,}/, "a Slack token"],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, "a signed token"],
  [/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/, "a bootstrap token"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:[^\s:/@$]{3,}@/, "a password in a URL"],
  [
    /\b[\w-]*(?:password|passwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|token)["']?\s*[:=]\s*["']?(?![$<{(]|(?:true|false|null|none)\b)[^\s"',;]{8,}/i,
    "a password, key or token",
  ],
];

/** Description of the first secret in a text, without its value. */
export function findSecret(text: string): string | undefined {
  return secretPatterns.find(([pattern]) => pattern.test(text))?.[1];
}

const secretNames = /(?:^|[/_.-])(?:password|passwd|secret|token|credentials?|private[_-]?key|api[_-]?key|.*\.key)$/i;

export const isSecretName = (name: string): boolean => secretNames.test(name);
