import type { Child, FC } from 'hono/jsx';
import type { View } from './view.ts';
import type { Tone } from './words.ts';

export const Tag: FC<{ word: { name: string; tone: Tone } }> = ({ word }) => (
  <span class={`tag ${word.tone}`}>{word.name}</span>
);

/** The hidden field that each form needs. */
export const Csrf: FC<{ view: View }> = ({ view }) => (
  <input type="hidden" name="_csrf" value={view.session?.csrf ?? ''} />
);

export const Empty: FC<{ children?: Child }> = ({ children }) => <p class="empty">{children}</p>;

/** Text with a button that copies it. */
export const Copy: FC<{ view: View; text: string }> = ({ view, text }) => (
  <>
    <span class="key">{text}</span>{' '}
    <button class="quiet copy" type="button" data-copy={text} aria-label={`${view.t('Копировать', 'Copy')} ${text}`}>
      {view.t('копировать', 'copy')}
    </button>
  </>
);

interface Choice {
  value: string;
  name: string;
}

/** A choice of several at once, as links give it, is one more choice: so that it is seen, and sent again. */
export function severalOf(
  choices: Choice[],
  given: string | undefined,
): { choices: Choice[]; value: string | undefined } {
  const parts = given?.split(',') ?? [];
  if (given === undefined || parts.length < 2) return { choices, value: given };
  const name = parts.map((one) => choices.find(({ value }) => value === one)?.name ?? one).join(', ');
  return { choices: [{ value: given, name }, ...choices], value: given };
}

/** What is wrong with a field, said below it. */
export const Problem: FC<{ id: string; problem: string | undefined }> = ({ id, problem }) =>
  problem === undefined ? null : (
    <p class="problem" id={`${id}-problem`}>
      {problem}
    </p>
  );

/** Ties a field to what is wrong with it. */
export const wrong = (id: string, problem: string | undefined) =>
  problem === undefined ? {} : { 'aria-invalid': 'true' as const, 'aria-describedby': `${id}-problem` };

export const Select: FC<{
  name: string;
  label: string;
  choices: Choice[];
  value: string | undefined;
  /** What the empty choice is called; left out: there is none. */
  any?: string;
  problem?: string | undefined;
}> = ({ name, label, choices, value, any, problem }) => (
  <div class="field">
    <label for={`f-${name}`}>{label}</label>
    <select id={`f-${name}`} name={name} {...wrong(`f-${name}`, problem)}>
      {any === undefined ? null : <option value="">{any}</option>}
      {choices.map((one) => (
        <option value={one.value} selected={one.value === value}>
          {one.name}
        </option>
      ))}
    </select>
    <Problem id={`f-${name}`} problem={problem} />
  </div>
);

export const Input: FC<{
  name: string;
  label: string;
  value?: string | undefined;
  type?: string;
  placeholder?: string;
  wide?: boolean;
  required?: boolean;
  inputmode?: 'decimal' | 'numeric';
  list?: string;
  problem?: string | undefined;
}> = ({ name, label, value = '', type = 'text', wide = false, problem, ...more }) => (
  <div class={wide ? 'field wide' : 'field'}>
    <label for={`f-${name}`}>{label}</label>
    <input id={`f-${name}`} name={name} type={type} value={value} {...more} {...wrong(`f-${name}`, problem)} />
    <Problem id={`f-${name}`} problem={problem} />
  </div>
);

/** What a list may be asked for: a few fields, and the button that asks. */
export const FilterForm: FC<{ view: View; action: string; children?: Child }> = ({ view, action, children }) => (
  <form class="filters" method="get" action={action}>
    {children}
    <button type="submit">{view.t('Показать', 'Show')}</button>
  </form>
);

/** The page before this one is the browser's own way back; here is the way on. */
export const NextPage: FC<{ view: View; next: string | null; first: boolean }> = ({ view, next, first }) => (
  <p class="pages">
    {first ? null : <a href={withQuery(view.here, { cursor: null })}>{view.t('К началу', 'To the first page')}</a>}
    {next === null ? null : (
      <a class="button quiet" rel="next" href={withQuery(view.here, { cursor: next })}>
        {view.t('Дальше', 'Next page')}
      </a>
    )}
  </p>
);

/** The same address with some parameters set, or with NULL taken away. */
export function withQuery(here: string, changes: Record<string, string | null>): string {
  const url = new URL(here, 'http://hub.invalid');
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.pathname + url.search;
}

/** A form that only sends: one button. */
export const ActButton: FC<{
  view: View;
  action: string;
  name: string;
  fields?: Record<string, string>;
  look?: 'quiet' | 'danger';
}> = ({ view, action, name, fields = {}, look }) => (
  <form method="post" action={action}>
    <Csrf view={view} />
    {Object.entries(fields).map(([field, value]) => (
      <input type="hidden" name={field} value={value} />
    ))}
    <button type="submit" {...(look ? { class: look } : {})}>
      {name}
    </button>
  </form>
);
