/** HTML pages as browsers read them: parsed by parse5, the parser of the HTML standard. */
import { type DefaultTreeAdapterTypes, parse } from "parse5";

export interface PageElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Text of the element and its descendants. */
  readonly text: string;
  readonly children: readonly PageElement[];
}

/** Root element of a page. @throws with the errors that the HTML standard defines, and elements without an end tag */
export function parsePage(text: string): PageElement {
  const errors: string[] = [];
  const document = parse(text, {
    sourceCodeLocationInfo: true,
    onParseError: ({ code, startLine, startCol }) => errors.push(`${startLine}:${startCol}: ${code}`),
  });
  if (errors.length > 0) throw new Error(`the page is not well-formed: ${errors.join(", ")}`);
  const root = document.childNodes.find((node) => node.nodeName === "html");
  if (root === undefined) throw new Error("the page has no html element");
  return elementOf(root as DefaultTreeAdapterTypes.Element, text);
}

/** HTML elements that have no end tag. */
const voidElements: ReadonlySet<string> = new Set(["meta", "br"]);

function elementOf(element: DefaultTreeAdapterTypes.Element, page: string): PageElement {
  const { tagName, attrs, childNodes, sourceCodeLocation: place } = element;
  const startTag = page.slice(place?.startTag?.startOffset, place?.startTag?.endOffset);
  if (place?.endTag === undefined && !startTag.endsWith("/>") && !voidElements.has(tagName))
    throw new Error(`the page is not well-formed: ${startTag} has no end tag`);
  const parts = childNodes.map((node) =>
    "tagName" in node ? elementOf(node, page) : "value" in node ? node.value : "",
  );
  return {
    name: tagName,
    attributes: Object.fromEntries(attrs.map(({ name, value }) => [name, value])),
    text: parts.map((part) => (typeof part === "string" ? part : part.text)).join(""),
    children: parts.filter((part) => typeof part !== "string"),
  };
}

/** Element and its descendants with one of these names, or all of them. */
export function elementsIn(element: PageElement, ...names: readonly string[]): readonly PageElement[] {
  const inside = element.children.flatMap((child) => elementsIn(child, ...names));
  return names.length === 0 || names.includes(element.name) ? [element, ...inside] : inside;
}

/** Descendants with a class. */
export const withClass = (element: PageElement, name: string): readonly PageElement[] =>
  elementsIn(element).filter(({ attributes }) => (attributes.class ?? "").split(" ").includes(name));

/** Expects that a page loads nothing, runs nothing, and names its parts for screen readers. */
export function expectSelfContained(root: PageElement): void {
  const elements = elementsIn(root);
  const [style] = elementsIn(root, "style");
  expect(elementsIn(root, "script", "link", "img", "image", "iframe", "object", "form", "base")).toEqual([]);
  expect(style?.text).not.toMatch(/url\(|@import/);
  const attributes = elements.flatMap((element) => Object.entries(element.attributes));
  expect(attributes.filter(([name, value]) => name === "src" || name.startsWith("on") || /url\(/.test(value))).toEqual(
    attributes.filter(([, value]) => value === "url(#tip)"),
  );
  const ids = elements.flatMap((element) => element.attributes.id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  const links = attributes.filter(([name]) => name.endsWith("href")).map(([, value]) => value);
  expect(ids.map((id) => `#${id}`)).toEqual(expect.arrayContaining(links));
  const references = attributes.filter(([name]) => name === "aria-labelledby").flatMap(([, value]) => value.split(" "));
  expect(ids).toEqual(expect.arrayContaining(references));

  expect(root.attributes.lang).toBe("en");
  expect(elementsIn(root, "h1")).toHaveLength(1);
  expect(elementsIn(root, "meta").map((meta) => meta.attributes.content)).toContain(
    "default-src 'none'; style-src 'unsafe-inline'",
  );
  for (const picture of elementsIn(root, "svg")) {
    expect(picture.attributes.role).toBe("img");
    expect(picture.children.slice(0, 2).map((child) => [child.name, child.text !== ""])).toEqual([
      ["title", true],
      ["desc", true],
    ]);
  }
  for (const heading of elementsIn(root, "th")) {
    expect(heading.attributes.scope).toBe("col");
    expect(heading.text).not.toBe("");
  }
}

/** Number in an attribute of an element. */
export const numberIn = ({ attributes }: PageElement, name: string): number =>
  Number.parseFloat(attributes[name] ?? "");
