/** Values of unquoted YAML scalars as Pulumi's engine reads them. */

/** Value of a scalar, or what is wrong with it and what to write instead. */
export type Scalar = { readonly value: string | number | boolean | null } | { readonly problem: string };

const words: Readonly<Record<string, true | false | null>> = {
  "": null,
  "~": null,
  null: null,
  Null: null,
  NULL: null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
};

const float = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const integer = /^([-+]?)(0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+)$/;
/** Dates that the engine rewrites, such as 2024-01-01 to `2024-01-01 00:00:00 +0000 UTC`. */
const date = /^\d{4}-\d\d?-\d\d?([Tt ]\d\d?:\d\d?:\d\d?([.,]\d+)?(Z|[-+]\d\d:\d\d)?)?$/;

/**
 * Resolves an unquoted scalar. Follows `resolve` of gopkg.in/yaml.v3 3.0.1 (resolve.go), the parser of the engine: a mix of YAML 1.1
 * (`0471` is octal, `1_000` is 1000) and 1.2 (`yes` and `1:30` are texts). Values with a surprising reading are problems.
 */
export function resolveScalar(text: string): Scalar {
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word !== undefined) return { value: word };
  if (/^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/.test(text)) {
    return { problem: `not a number that Pulumi accepts; write a finite one, or "${text}" in quotes` };
  }
  if (date.test(text)) return { problem: `looks like a date, which Pulumi rewrites; write "${text}" in quotes` };
  const number = /^[-+\d.]/.test(text) ? toNumber(text) : undefined;
  if (number === undefined) return { value: text };
  if (/^[-+]?0[\d_]/.test(text)) {
    return { problem: `leading zero: Pulumi reads ${number}; write ${number}, or "${text}" in quotes` };
  }
  return { value: number };
}

function toNumber(text: string): number | undefined {
  // Only numbers that begin with a digit or a sign may contain underscores.
  const digits = text.startsWith(".") ? text : text.replaceAll("_", "");
  const [, sign = "", whole = ""] = integer.exec(digits) ?? [];
  if (whole !== "") {
    // Number() knows the prefixes 0x, 0o and 0b; a bare 0 means octal to the engine.
    const value = Number(/^0\d/.test(whole) ? `0o${whole.slice(1)}` : whole);
    // The engine's integers have 64 bits; a longer one is a text, or a decimal number after a 0.
    if (value < 2 ** 64) return sign === "-" ? 0 - value : value;
  }
  if (!float.test(digits)) return undefined;
  const value = Number(digits);
  // JSON has no negative zero as an integer; a number out of range stays a text.
  return Number.isFinite(value) ? value + 0 : undefined;
}
