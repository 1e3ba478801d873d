import { z } from 'zod';

/** What 1C itself says in the body of an error. `code` is its own list, 0–21 and −1 (manual of 8.3.27, §17.4.10). */
export interface ODataError {
  code: number;
  /** 1C's sentence, word for word. */
  sentence: string;
}

const json = z.object({
  'odata.error': z.object({
    code: z.union([z.string(), z.number()]).transform(Number),
    message: z.union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)]),
  }),
});

/**
 * Finds 1C's own error in a body: JSON, or the XML that some endpoints answer whatever was asked for.
 * NULL for HTML and the like: then a web server, a proxy or the licence check spoke, not the base.
 */
export function readODataError(body: string): ODataError | null {
  try {
    const parsed = json.safeParse(JSON.parse(body));
    if (!parsed.success) return null;
    const { code, message } = parsed.data['odata.error'];
    return Number.isNaN(code) ? null : { code, sentence: message };
  } catch {
    const code = /<m:code>\s*(-?\d+)\s*<\/m:code>/.exec(body)?.[1];
    if (code === undefined) return null;
    const sentence = /<m:message[^>]*>([\s\S]*?)<\/m:message>/.exec(body)?.[1] ?? '';
    return { code: Number(code), sentence: unescapeXml(sentence) };
  }
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const unescapeXml = (value: string) => value.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name]!);
