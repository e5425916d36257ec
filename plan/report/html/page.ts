import { chartStyles } from "./chart/styles";
import type { Content } from "./markup";
import { Markup, markup } from "./markup";
import { styleSheet } from "./styleSheet";

/** Content security policy: the page loads nothing and runs nothing. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

export interface Page {
  /** Title of the browser's tab. */
  readonly title: string;
  readonly heading: string;
  /** Paragraph below the heading. */
  readonly lead: Content;
  /** Sections with their anchors; the page links to each. */
  readonly sections: readonly (readonly [id: string, title: string, content: Content])[];
}

/** Renders one self-contained HTML page without scripts. */
export function renderPage({ title, heading, lead, sections }: Page): string {
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
<style>${new Markup(styleSheet + chartStyles)}</style>
</head>
<body>
<header>
<h1>${heading}</h1>
<p class="lead">${lead}</p>
<nav aria-label="Sections">${sections.map(([id, name]) => markup`<a href="#${id}">${name}</a> `)}</nav>
</header>
<main>
${sections.map(([id, name, content]) => markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${name}</h2>\n${content}</section>\n`)}</main>
</body>
</html>
`;
  return page.text;
}
