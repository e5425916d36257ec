/** Text of a file, or its first problem. */
export type Decoded =
  | { readonly text: string }
  | { readonly problem: { readonly line?: number; readonly found: string; readonly message: string } };

/** Characters that the engine's parser refuses (gopkg.in/yaml.v3, readerc.go), and separators that it reads as line breaks. */
const refused = /[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Decodes UTF-8, with or without byte-order mark, and normalizes line breaks to `\n`. */
export function decodeText(content: Uint8Array | string): Decoded {
  if (typeof content !== "string" && isUtf16(content)) {
    return { problem: { found: "UTF-16", message: "save the file as UTF-8" } };
  }
  const text = typeof content === "string" ? content : new TextDecoder("utf-8").decode(content);
  const normalized = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const line = typeof content === "string" ? undefined : invalidLine(content);
  if (line !== undefined) return { problem: { line, found: "not UTF-8", message: "save the file as UTF-8" } };
  const { index, 0: character = "" } = refused.exec(normalized) ?? { index: 0 };
  if (character === "") return { text: normalized };
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return {
    problem: {
      line: normalized.slice(0, index).split("\n").length,
      found: `character U+${code}`,
      message: "not allowed in a stack file; remove it",
    },
  };
}

/** True for a byte-order mark of UTF-16, or zero bytes as in UTF-16 without one. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  const mark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return mark || (bytes.length > 1 && (first === 0) !== (second === 0));
}

/** Line with the first invalid sequence of bytes. */
function invalidLine(bytes: Uint8Array): number | undefined {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const isValid = (line: Uint8Array): boolean => {
    try {
      decoder.decode(line);
      return true;
    } catch {
      return false;
    }
  };
  if (isValid(bytes)) return undefined;
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    if (!isValid(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  return line;
}
