import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { variables } from '../../src/shared/config/variables.ts';
import { type ApiFixture, createApiFixture } from '../api/fixture.ts';
import { type Found, type MarkdownPage, readPages, root } from './markdown.ts';

const pages = await readPages();
/** Variables that OpenTelemetry, PostgreSQL and Node document. */
const OTHERS = /^(OTEL_\w+|LC_CTYPE|NODE_EXTRA_CA_CERTS)$/;

/** What the Python hub called its settings: told where people are helped to move over, and nowhere else. */
const PYTHON_HUB = new Set(
  `ADMIN_APP_URL DEBUG_ONEC_TOKEN LOG_BODY_MAX LOG_DB_WRITE LOG_ONEC_RAW LOG_REDACT_KEYS LOG_SAMPLE_RATE MOYSKLAD_AGENT_UUID
   MOYSKLAD_API_TOKEN MOYSKLAD_ORG_UUID ONEC_BASE_URL ONEC_LOSSY_NORMALIZE POSTGRES_DB POSTGRES_PORT POSTGRES_SERVER POSTGRES_USER
   PROJECT_NAME TELEGRAM_BOT_TOKEN TELEGRAM_CHAT_ID`.split(/\s+/),
);

/** Inline code and the lines of shell blocks, also of those that are not run. */
const said = pages.flatMap((page) => [
  ...page.codes.map((code) => at(page, code)),
  ...page.blocks.flatMap(({ line, text }) =>
    text.split('\n').map((one, index) => at(page, { line: line + index, text: one })),
  ),
]);
const codes = pages.flatMap((page) => page.codes.map((code) => at(page, code)));

function at({ path: name }: MarkdownPage, { line, text }: Found) {
  return { where: `${name}:${line}`, text };
}

/** What of `all` is not right, each with its place. */
const wrong = (all: { where: string; text: string }[], isRight: (text: string) => boolean) =>
  all.filter(({ text }) => !isRight(text)).map(({ where, text }) => `${where}: ${text}`);

/** Every match of the first group, each with its place. */
const matches = (all: typeof said, pattern: RegExp) =>
  all.flatMap(({ where, text }) => [...text.matchAll(pattern)].map(([, found = '']) => ({ where, text: found })));

describe('what the documents name exists:', () => {
  it('scripts of package.json', async () => {
    const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { scripts: object };
    const named = matches(said, /npm (?:run (?:-s )?)?(?=[\w:])(?!ci\b|run\b|install\b)([\w:]+)/g);
    expect(named.length).toBeGreaterThan(20);
    expect(wrong(named, (name) => name in scripts)).toEqual([]);
  });

  it('commands of hub and their options', async () => {
    const commands = matches(said, /(?:npm run (?:-s )?hub -- |^hub (?!-- ))((?:[a-z]|--)[^|;&#]*)/g).map((one) => ({
      ...one,
      text: one.text.replace(/^user add\b/, 'user-add'),
    }));
    const names = new Set(commands.map(({ text }) => /^[a-z-]+/.exec(text)?.[0] ?? ''));
    const options = new Map(await Promise.all([...names].map(async (name) => [name, await optionsOf(name)] as const)));
    expect([...names].filter((name) => options.get(name) === null)).toEqual([]);
    const isKnown = (text: string) => {
      const known = options.get(/^[a-z-]+/.exec(text)?.[0] ?? '');
      return [...text.matchAll(/--[a-z][a-z-]*/g)].every(([option]) => known?.has(option));
    };
    expect(wrong(commands, isKnown)).toEqual([]);
  }, 120_000);

  it('files and folders, by path or by name alone', async () => {
    const tops = (await readdir(root)).filter((name) => !['node_modules', 'dist', '.data'].includes(name));
    const inRepository = new RegExp(`^(?:${tops.map((name) => name.replaceAll('.', '\\.')).join('|')})(?:/|$)`);
    const everything = await readdir(root, { recursive: true }).then((all) =>
      all.filter((one) => !/^(node_modules|dist|\.data|\.git)\//.test(one)),
    );
    const names = new Set(everything.map((one) => path.basename(one)));
    const isPattern = /[<>*{}…\s]/;
    const paths = codes.filter(({ text }) => inRepository.test(text) && !isPattern.test(text) && text.includes('/'));
    expect(paths.length).toBeGreaterThan(20);
    expect(wrong(paths, (text) => existsSync(path.join(root, text)))).toEqual([]);
    const files = codes.filter(({ text }) => /^[\w.-]+\.(?:tsx?|sh|cjs)$/.test(text));
    expect(wrong(files, (text) => names.has(text))).toEqual([]);
  });

  it('variables', async () => {
    const elsewhere = (await Promise.all(['docker-compose.yml', 'test', 'bench', 'chaos'].map(textOf))).join('\n');
    const isKnown = (name: string) =>
      name in variables.shape || OTHERS.test(name) || new RegExp(`(process\\.env\\.|\\$\\{)${name}\\b`).test(elsewhere);
    const named = matches(said, /(?:^|[^\w/«])((?:API_1C|[A-Z]{2,})(?:_[A-Z0-9]+)+)\b(?!\()/g);
    expect(named.length).toBeGreaterThan(20);
    const ours = named.filter(({ where, text }) => !(where.startsWith('docs/MIGRATING.') && PYTHON_HUB.has(text)));
    expect(wrong(ours, isKnown)).toEqual([]);
  });

  it('targets of links and pictures, with their headings', () => {
    const anchors = new Map(pages.map((page) => [page.path, page.anchors]));
    const links = pages.flatMap((page) =>
      page.links
        .filter(({ text }) => !/^[a-z]+:/.test(text))
        .map((link) => {
          const [file = '', anchor] = link.text.split('#');
          const target = file === '' ? page.path : path.join(path.dirname(page.path), file);
          return { ...at(page, link), target, anchor };
        }),
    );
    expect(links.length).toBeGreaterThan(20);
    const broken = links.filter(
      ({ target, anchor }) =>
        !existsSync(path.join(root, target)) ||
        (anchor !== undefined && !anchors.get(path.normalize(target))?.has(decodeURIComponent(anchor))),
    );
    expect(broken.map(({ where, text }) => `${where}: ${text}`)).toEqual([]);
  });

  it('tests quoted as proof, by file and words', async () => {
    const quotes: { where: string; text: string }[] = [];
    for (const { path: name } of pages) {
      const text = await readFile(path.join(root, name), 'utf8');
      for (const [, file = '', quoted = ''] of text.matchAll(/`(test\/[\w/.-]+\.ts)`((?:[,\s]*«[^»]+»)+)/g)) {
        const source = (await readFile(path.join(root, file), 'utf8')).replace(/\s+/g, ' ');
        for (const [, words = ''] of quoted.matchAll(/«([^»]+)»/g)) {
          const parts = words
            .replace(/\s+/g, ' ')
            .split(/ ?… ?/)
            .map((part) => part.trim());
          if (!parts.every((part) => source.includes(part))) quotes.push({ where: `${name}: ${file}`, text: words });
        }
      }
    }
    expect(quotes).toEqual([]);
  });

  describe('HTTP paths', () => {
    let api: ApiFixture;
    beforeAll(async () => {
      api = await createApiFixture();
    });
    afterAll(() => api?.close());

    it('of the interface, with their methods', async () => {
      const { paths } = (await (await api.app.request('/openapi.json')).json()) as { paths: Record<string, object> };
      const shape = (one: string) => one.replace(/\{[^}]+\}/g, '{}');
      const known = new Set(
        Object.entries(paths).flatMap(([one, methods]) =>
          Object.keys(methods).map((method) => `${method.toUpperCase()} ${shape(one)}`),
        ),
      );
      const named = matches(codes, /\b((?:GET|POST|DELETE|PUT) \/api\/v1\/[\w/{}-]+)/g);
      expect(named.length).toBeGreaterThan(10);
      expect(wrong(named, (one) => known.has(shape(one)))).toEqual([]);
    });
  });
});

/** Long options of a command, as it tells them itself; NULL: there is no such command. */
async function optionsOf(name: string): Promise<Set<string> | null> {
  const args = name === '' ? [] : name.split('-');
  const help = spawn(process.execPath, [inject('hubProgram'), ...args, '--help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  help.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  await once(help, 'close');
  if (!text.startsWith(`Usage: ${['hub', ...args].join(' ')} `)) return null;
  return new Set([...text.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option));
}

/** Of a file, or of every file below a folder. */
async function textOf(name: string): Promise<string> {
  const full = path.join(root, name);
  if (/\.\w+$/.test(name)) return readFile(full, 'utf8');
  const files = (await readdir(full, { recursive: true })).filter((one) => one.endsWith('.ts'));
  return (await Promise.all(files.map((one) => readFile(path.join(full, one), 'utf8')))).join('\n');
}
