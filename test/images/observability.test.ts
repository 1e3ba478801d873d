import { readFile } from 'node:fs/promises';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ApiFixture, createApiFixture } from '../api/fixture.ts';
import { addRun } from '../api/seed.ts';

interface Selector {
  metric: string;
  labels: { name: string; operator: string; value: string }[];
}
type Series = { metric: string; labels: Record<string, string> };

const root = new URL('../../', import.meta.url);
const read = (name: string) => readFile(new URL(name, root), 'utf8');
const alerts = parse(await read('deploy/prometheus/alerts.yml')) as {
  groups: {
    rules: {
      alert: string;
      expr: string;
      for: string;
      labels: { severity: string };
      annotations: Record<string, string>;
    }[];
  }[];
};
const rules = alerts.groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(await read('deploy/grafana/dashboard.json')) as {
  panels: { id: number; title: string; gridPos: object; targets: { expr: string; refId: string }[] }[];
};
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

let api: ApiFixture;
let text: string;
let printed: Series[];
beforeAll(async () => {
  api = await createApiFixture();
  const { db } = api.deps;
  const now = new Date();
  await addRun(db, { createdAt: now, startedAt: now, finishedAt: now });
  // What has no series before there is something to tell.
  await db.prisma.$executeRaw`
    insert into worker_states (owner, queue, busy, concurrency, started_at, seen_at) values ('one', 'scan', 1, 4, now(), now())`;
  await db.prisma.$executeRaw`
    insert into alarms (id, code, subject, message) values (gen_random_uuid(), 'down', '1c', 'x')`;
  text = await (await api.app.request('/metrics')).text();
  printed = [...text.matchAll(/^([a-z_]+)\{(.*)\} /gm)].map(([, metric = '', pairs = '']) => ({
    metric,
    labels: Object.fromEntries([...pairs.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name, value])),
  }));
});
afterAll(() => api.close());

/** Reads an expression by Prometheus' own grammar. Throws where it does not hold. */
function selectorsOf(expression: string): Selector[] {
  const found: Selector[] = [];
  parser.parse(expression).iterate({
    enter({ name, from, to, type }) {
      const words = expression.slice(from, to);
      if (type.isError) throw new Error(`No PromQL at ${from}: ${expression}`);
      if (name === 'VectorSelector') found.push({ metric: /^\w+/.exec(words)?.[0] ?? '', labels: [] });
      if (name !== 'UnquotedLabelMatcher') return;
      const [, label = '', operator = '', value = ''] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/.exec(words) ?? [];
      found.at(-1)!.labels.push({ name: label, operator, value });
    },
  });
  return found;
}

const holds = ({ labels }: Series, { name, operator, value }: Selector['labels'][number]): boolean => {
  const actual = labels[name];
  if (actual === undefined) return false;
  const same = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
  return operator.startsWith('!') ? !same : same;
};

/** Classes of answers that no healthy hub has seen yet. */
const UNSEEN = /^(5xx|none)(\|(5xx|none))*$/;

describe('dashboard and alerts', () => {
  it.each(expressions)('%s asks for series that /metrics really prints', (_, expression) => {
    const selectors = selectorsOf(expression);
    expect(selectors.length).toBeGreaterThan(0);
    for (const { metric, labels } of selectors) {
      const series = printed.filter((one) => one.metric === metric);
      expect(series.length, metric).toBeGreaterThan(0);
      for (const label of labels) {
        if (metric.startsWith('hub_outside_request_seconds') && UNSEEN.test(label.value)) {
          expect(Object.keys(series[0]!.labels)).toContain(label.name);
        } else {
          expect(
            series.some((one) => holds(one, label)),
            `${metric} ${label.name}${label.operator}${label.value}`,
          ).toBe(true);
        }
      }
    }
  });

  it('every value of a choice exists: none is misspelt beside one that is right', () => {
    for (const [, expression] of expressions) {
      for (const { metric, labels } of selectorsOf(expression)) {
        for (const { name, operator, value } of labels.filter(
          (one) => one.operator.endsWith('~') && !UNSEEN.test(one.value),
        )) {
          const known = printed.filter((one) => one.metric === metric).map((one) => one.labels[name]);
          for (const one of value.split('|')) expect(known, `${metric} ${name}${operator}`).toContain(one);
        }
      }
    }
  });

  it('every alert has a name of its own, a patience, a severity, and says what to do', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { for: patience, labels, annotations } of rules) {
      expect(patience).toMatch(/^\d+m$/);
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\p{Script=Cyrillic}/u);
      expect(annotations.description).toMatch(/\p{Script=Cyrillic}.*\.$/su);
    }
  });

  it('every panel has an id and a place of its own', () => {
    const of = (key: 'id' | 'gridPos') => new Set(dashboard.panels.map((panel) => JSON.stringify(panel[key]))).size;
    expect([of('id'), of('gridPos')]).toEqual([dashboard.panels.length, dashboard.panels.length]);
  });

  it('every metric that is printed is explained in docs/OBSERVABILITY.md, and none besides', async () => {
    const names = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
    const explained = [...(await read('docs/OBSERVABILITY.md')).matchAll(/^\| `(hub_\w+)` \|/gm)].map(
      ([, name]) => name,
    );
    expect(explained.sort()).toEqual(names.sort());
  });

  it('an expression that is no PromQL, or asks for what is not there, would be found', () => {
    expect(() => selectorsOf('sum by (queue (hub_queue_up)')).toThrow('No PromQL');
    expect(selectorsOf('rate(hub_nothing{a="b"}[5m])')).toEqual([
      { metric: 'hub_nothing', labels: [{ name: 'a', operator: '=', value: 'b' }] },
    ]);
  });
});
