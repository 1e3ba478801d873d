import type { CheckStep, Finding, StepOptions } from '../../check/step.ts';
import { OutcomeError } from '../../errors/outcome.ts';
import { howToPublish, shownIn1C } from '../publication-path.ts';

interface Deps {
  /** Names of everything published, by one request for all steps together. */
  published(options: StepOptions): Promise<ReadonlySet<string>>;
  /** What the hub cannot do without. */
  needed: readonly string[];
  /** Registers of stock that every release has, for a base where nothing is published yet. */
  oneOf: readonly string[];
  url: string;
  user: string;
}

/** Errors that tell how far a request came; whatever is not here came through to the base. */
const STOPS: Record<string, readonly string[]> = {
  server: ['onec-down', 'onec-timeout', 'onec-certificate', 'onec-busy', 'onec-interrupted'],
  publication: ['onec-wrong-url', 'onec-forbidden', 'onec-bad-answer', 'onec-bad-request', 'onec-session'],
  credentials: ['onec-credentials', 'onec-no-rights'],
};

/** From the wire to the list of published objects, all told by the service document: one request, as cheap as a ping. */
export function reachSteps({ published, needed, oneOf, url, user }: Deps): CheckStep[] {
  const { host, pathname } = new URL(url);

  const stopped = async (options: StepOptions): Promise<{ at: string; error: unknown } | null> => {
    try {
      await published(options);
      return null;
    } catch (error) {
      const code = error instanceof OutcomeError ? error.code : '';
      return { at: Object.keys(STOPS).find((stage) => STOPS[stage]!.includes(code)) ?? 'composition', error };
    }
  };
  const stage = (id: string, name: string, needs: string[], detail: string): CheckStep => ({
    id,
    name,
    quick: true,
    needs,
    async run(options) {
      const stop = await stopped(options);
      if (stop?.at === id) throw stop.error;
      return { result: 'ok', detail };
    },
  });

  return [
    stage('server', 'Сервер отвечает', [], host),
    stage('publication', 'Адрес публикации OData', ['server'], pathname),
    stage('credentials', 'Логин и пароль', ['publication'], `пользователь «${user}»`),
    {
      id: 'composition',
      name: 'Состав публикации',
      quick: true,
      needs: ['credentials'],
      run: async (options) => judge(await published(options), needed, [...needed, ...oneOf]),
    },
  ];
}

function judge(published: ReadonlySet<string>, needed: readonly string[], forAll: readonly string[]): Finding {
  if (published.size === 0) {
    return {
      result: 'fail',
      code: 'onec-nothing-published',
      detail: 'публикация есть, но её состав пуст: ни один объект не отмечен',
      cure: howToPublish(forAll),
    };
  }
  const missing = needed.filter((name) => !published.has(name));
  if (missing.length === 0) return { result: 'ok', detail: `объектов опубликовано: ${published.size}` };
  return {
    result: 'fail',
    code: 'onec-not-published',
    detail: `не опубликовано: ${missing.join(', ')}`,
    more: missing.map((name) => `${name} — «${shownIn1C(name)}»`),
    cure: howToPublish(missing),
  };
}
