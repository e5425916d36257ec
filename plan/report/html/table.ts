import type { Content, Markup } from "./markup";
import { markup } from "./markup";

/** Table that scrolls horizontally on narrow pages, also by keyboard. */
export function table(
  title: string,
  headings: readonly Content[],
  rows: readonly (readonly Content[])[],
  kind?: "halves",
): Markup {
  return scrollable(
    title,
    markup`<table${kind && markup` class="${kind}"`}><thead><tr>${headings.map((heading) => markup`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows.map((row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>\n`)}</tbody></table>`,
  );
}

/** Region that scrolls horizontally if its content is wider than the page. */
export const scrollable = (title: string, content: Content): Markup =>
  markup`<div class="scroll" role="region" aria-label="${title}" tabindex="0">${content}</div>`;

export const code = (content: Content): Markup => markup`<code>${content}</code>`;
