import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { mayAct, type Role } from '../../shared/people/people.ts';
import type { Session } from '../auth/sessions.ts';
import type { Language } from '../routes/line-view.ts';
import type { Told } from './flash.ts';

export const LANGUAGE_COOKIE = 'hub_language';
export const THEME_COOKIE = 'hub_theme';
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** How a page is to be written: for whom, in which language, with which clock. */
export interface View {
  lang: Language;
  theme: Theme;
  /** NULL: nobody is logged in. */
  session: Session | null;
  /** How many alarms are open. */
  alarms: number;
  /** What the act before this page came to. */
  told: Told | null;
  /** Path and query of the page, to come back to. */
  here: string;
  timezone: string;
  now: Date;
  /** One text in the page's language. */
  t(ru: string, en: string): string;
  may(role: Role): boolean;
  /** 23.11.2026, 22:31:07 in the schedule's zone. */
  time(at: Date | string | null): string;
  /** 2026-11-23 in the schedule's zone. */
  day(at: Date): string;
  /** The same without the date where it is today's. */
  shortTime(at: Date | string | null): string;
  number(value: number): string;
  /** 1 234,50 ₽, of kopecks. */
  money(kopecks: number): string;
  /** 5 мин, 3 ч, 2 дн. */
  span(ms: number): string;
}

/** The person's own choice, else the browser's first language that the console speaks, else Russian. */
export function languageOf(c: Context): Language {
  const chosen = getCookie(c, LANGUAGE_COOKIE);
  if (chosen === 'ru' || chosen === 'en') return chosen;
  const wanted = (c.req.header('Accept-Language') ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const q = parameters
        .find((one) => one.trim().startsWith('q='))
        ?.trim()
        .slice(2);
      return { language: tag.slice(0, 2), q: q === undefined ? 1 : Number(q) || 0 };
    })
    .filter(({ language, q }) => q > 0 && (language === 'ru' || language === 'en'))
    .sort((a, b) => b.q - a.q)[0];
  return wanted?.language === 'en' ? 'en' : 'ru';
}

export function createView(
  c: Context,
  given: { session: Session | null; timezone: string; now: Date; told?: Told | null; alarms?: number },
): View {
  const { session, timezone, now, told = null, alarms = 0 } = given;
  const lang = languageOf(c);
  const locale = lang === 'ru' ? 'ru-RU' : 'en-GB';
  const theme = THEMES.find((one) => one === getCookie(c, THEME_COOKIE)) ?? 'auto';
  const t = (ru: string, en: string) => (lang === 'ru' ? ru : en);
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: timezone } as const;
  const date = { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: timezone } as const;
  const full = new Intl.DateTimeFormat(locale, { ...date, ...clock });
  const short = new Intl.DateTimeFormat(locale, clock);
  const day = new Intl.DateTimeFormat(locale, date);
  const plainDay = new Intl.DateTimeFormat('en-CA', date);
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
  const roubles = new Intl.NumberFormat(locale, { style: 'currency', currency: 'RUB' });
  const url = new URL(c.req.url);
  return {
    lang,
    theme,
    session,
    told,
    alarms,
    here: url.pathname + url.search,
    timezone,
    now,
    t,
    may: (role) => session !== null && mayAct(session.role, role),
    time: (at) => (at === null ? '—' : full.format(new Date(at))),
    day: (at) => plainDay.format(at),
    shortTime: (at) => {
      if (at === null) return '—';
      const instant = new Date(at);
      return day.format(instant) === day.format(now) ? short.format(instant) : full.format(instant);
    },
    number: (value) => numbers.format(value),
    money: (kopecks) => roubles.format(kopecks / 100),
    span: (ms) => {
      const seconds = Math.max(0, Math.round(ms / 1000));
      if (seconds < 60) return `${seconds} ${t('с', 's')}`;
      if (seconds < 3600) return `${Math.round(seconds / 60)} ${t('мин', 'min')}`;
      if (seconds < 2 * 86_400) return `${numbers.format(Math.round(seconds / 360) / 10)} ${t('ч', 'h')}`;
      return `${Math.round(seconds / 86_400)} ${t('дн', 'd')}`;
    },
  };
}
