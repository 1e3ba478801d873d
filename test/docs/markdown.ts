import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What a test does with a shell block, said in the words after its language:
 *
 *     ```sh runnable                      run as written; must end with 0
 *     ```sh runnable with="hub"           the same while a hub works; its address is in $HUB
 *     ```sh runnable until="words"        run until it has printed these words, then stopped by Ctrl-C
 *     ```sh not-run="why"                 left alone, for this reason
 */
export type Mark = { runnable: true; withHub: boolean; until: string | null } | { runnable: false; reason: string };

export interface ShellBlock {
  /** Line of the first command, from 1. */
  line: number;
  text: string;
  /** NULL: the words after the language are none of the four forms. */
  mark: Mark | null;
}

/** Something with its line, from 1. */
export interface Found {
  line: number;
  text: string;
}

export interface MarkdownPage {
  /** Relative to the project's folder. */
  path: string;
  blocks: ShellBlock[];
  /** Blocks without a language that begin like a command: a shell block that hides from its mark. */
  hidden: Found[];
  /** Inline code outside of blocks. */
  codes: Found[];
  /** Targets of links and pictures, as written. */
  links: Found[];
  /** Anchors that GitHub gives to the headings. */
  anchors: Set<string>;
}

const SHELL = new Set(['sh', 'shell', 'bash', 'console', 'zsh']);
const COMMAND = /^\s*(\$ )?(npm|npx|node|docker|kubectl|curl|psql|redis-cli|git|cp|hub|scripts\/\S+|export \w+=)(\s|$)/;

/** README.md, README.ru.md, CONTRIBUTING.md, CHANGELOG.md, sandbox/README.md and everything below docs. */
export async function readPages(): Promise<MarkdownPage[]> {
  const below = await readdir(path.join(root, 'docs'), { recursive: true });
  const docs = below.filter((name) => name.endsWith('.md')).map((name) => path.join('docs', name));
  const names = [
    'README.md',
    'README.ru.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'sandbox/README.md',
    'deploy/k8s/README.md',
    ...docs.sort(),
  ];
  return Promise.all(names.map(async (name) => readPage(name, await readFile(path.join(root, name), 'utf8'))));
}

/** Takes a page apart. A fence that is never closed is an error: everything after it would be hidden. */
export function readPage(name: string, markdown: string): MarkdownPage {
  const page: MarkdownPage = { path: name, blocks: [], hidden: [], codes: [], links: [], anchors: new Set() };
  let fence: { ticks: string; info: string; line: number; text: string[] } | null = null;
  for (const [index, text] of markdown.split('\n').entries()) {
    const line = index + 1;
    const [, ticks, info = ''] = /^\s*(`{3,}|~{3,})(.*)$/.exec(text) ?? [];
    if (fence !== null) {
      if (ticks?.startsWith(fence.ticks) && info.trim() === '') {
        closeFence(page, fence);
        fence = null;
      } else fence.text.push(text);
    } else if (ticks !== undefined) fence = { ticks, info: info.trim(), line: line + 1, text: [] };
    else readProse(page, { line, text });
  }
  if (fence !== null) throw new Error(`${name}:${fence.line - 1}: this block has no end`);
  return page;
}

function closeFence(page: MarkdownPage, { info, line, text }: { info: string; line: number; text: string[] }): void {
  const [, language = '', words = ''] = /^(\S*)\s*(.*)$/.exec(info) ?? [];
  const first = text.find((one) => one.trim() !== '') ?? '';
  if (SHELL.has(language)) page.blocks.push({ line, text: text.join('\n'), mark: readMark(words) });
  else if (language === '' && COMMAND.test(first)) page.hidden.push({ line, text: first });
}

function readMark(words: string): Mark | null {
  const reason = /^not-run="([^"]{10,})"$/.exec(words)?.[1];
  if (reason !== undefined) return { runnable: false, reason };
  const form = /^runnable(?<hub> with="hub")?(?: until="(?<until>[^"]+)")?$/.exec(words);
  if (form === null) return null;
  return { runnable: true, withHub: form.groups?.hub !== undefined, until: form.groups?.until ?? null };
}

function readProse(page: MarkdownPage, { line, text }: Found): void {
  const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
  if (heading !== undefined) page.anchors.add(anchorOf(heading, page.anchors));
  const withoutCode = text.replace(/(`+)(.+?)\1(?!`)/g, (_all, _ticks, code: string) => {
    page.codes.push({ line, text: code.trim() });
    return '``';
  });
  for (const [, target = ''] of withoutCode.matchAll(/\]\(([^()\s]+(?:\([^()\s]*\))?)(?:\s+"[^"]*")?\)/g))
    page.links.push({ line, text: target });
}

/** As GitHub makes it: lower case, nothing but letters, digits, spaces, hyphens and underscores, spaces as hyphens. */
function anchorOf(heading: string, taken: Set<string>): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  const anchor = plain.replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-');
  let unique = anchor;
  for (let n = 1; taken.has(unique); n += 1) unique = `${anchor}-${n}`;
  return unique;
}
