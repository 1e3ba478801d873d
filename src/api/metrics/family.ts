export type Sample = [labels: Record<string, string>, value: number];

/** One gauge in all its series. */
export interface Family {
  name: string;
  help: string;
  samples: Sample[];
}

/** Prometheus' text format 0.0.4. */
export function toText({ name, help, samples }: Family): string {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text.replace(/["\\\n]/g, '\\$&')}"`);
    return `${name}{${pairs.join(',')}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}
