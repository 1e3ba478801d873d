/** One answer of the account's API, whoever gave it. */
export interface Answered {
  method: string;
  /** Path without query. */
  path: string;
  status: number;
  /** The body's first error code. */
  code?: number;
}

const MINUTE_MS = 60_000;
/** More than these within a minute. */
const IDENTICAL_FAILURES = 200;
const REJECTIONS = 200;
const PUTS = 100;

/**
 * МойСклад's automatic switch-off of a user's access: too many identical failures, answers 429, or PUTs to one entity within
 * a minute. Only `reset` (there: the support) restores it. `peaks` tells how near a client came.
 */
export function createSwitchOff({ now, armed }: { now: () => number; armed: boolean }) {
  const recent = new Map<string, number[]>();
  const peaks = { failures: 0, rejections: 0, puts: 0 };
  let reason: string | null = null;

  const count = (key: string): number => {
    const at = now();
    const times = [...(recent.get(key) ?? []).filter((one) => one > at - MINUTE_MS), at];
    recent.set(key, times);
    return times.length;
  };
  const note = (kind: keyof typeof peaks, key: string, most: number) => {
    const times = count(`${kind} ${key}`);
    peaks[kind] = Math.max(peaks[kind], times);
    if (armed && times > most) reason ??= `${kind}: ${key}`;
  };

  return {
    answered({ method, path, status, code }: Answered): void {
      const entity = path.replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/gi, '*');
      if (status === 429) note('rejections', '', REJECTIONS);
      else if (status >= 400) note('failures', `${method} ${entity} ${status} ${code ?? ''}`, IDENTICAL_FAILURES);
      if (method === 'PUT') note('puts', path, PUTS);
    },
    /** Why the access is off; NULL while it is on. */
    reason: () => reason,
    peaks: () => ({ ...peaks }),
    reset() {
      recent.clear();
      Object.assign(peaks, { failures: 0, rejections: 0, puts: 0 });
      reason = null;
    },
  };
}

export type SwitchOff = ReturnType<typeof createSwitchOff>;

/** The first error code of an answer's body. */
export async function codeOf(response: Response): Promise<number | undefined> {
  if (response.status < 400 || !response.headers.get('content-type')?.startsWith('application/json')) return undefined;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const [first] = (body as { errors?: { code?: number }[] } | undefined)?.errors ?? [];
  return first?.code;
}
