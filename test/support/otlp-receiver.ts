import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const value = z.object({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() });
const span = z
  .object({
    traceId: z.string(),
    spanId: z.string(),
    parentSpanId: z.string().optional(),
    name: z.string(),
    kind: z.number(),
    attributes: z.array(z.object({ key: z.string(), value })).default([]),
    links: z.array(z.object({ spanId: z.string() })).default([]),
    status: z.object({ code: z.number().optional() }).default({}),
  })
  .transform(({ attributes, ...rest }) => ({
    ...rest,
    facts: Object.fromEntries(attributes.map((one) => [one.key, one.value.stringValue ?? one.value.intValue])),
  }));
const body = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});

export type Span = z.output<typeof span>;

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string;
  spans: Span[];
  /** Everything that came, as it came. */
  raw: string[];
  /** Headers of the requests. */
  headers: NodeJS.Dict<string | string[]>[];
  /** The span with its ancestors, itself first. Fails where one of them never came. */
  lineage(of: Span): Span[];
  close(): Promise<void>;
}

/** Takes spans as a collector does: OTLP in JSON over HTTP. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: Span[] = [];
  const raw: string[] = [];
  const headers: OtlpReceiver['headers'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    raw.push(text);
    headers.push(request.headers);
    if (request.url !== '/v1/traces') return response.writeHead(404).end();
    for (const resource of body.parse(JSON.parse(text)).resourceSpans) {
      for (const scope of resource.scopeSpans) spans.push(...scope.spans);
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const lineage = (of: Span): Span[] => {
    if (!of.parentSpanId) return [of];
    const parent = spans.find(({ spanId }) => spanId === of.parentSpanId);
    if (parent === undefined) throw new Error(`«${of.name}» has a parent that was never received`);
    return [of, ...lineage(parent)];
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    raw,
    headers,
    lineage,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
