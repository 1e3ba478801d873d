import type { RunState } from '../follow-run.ts';

/** Tells when a run has not moved for so long that waiting makes no sense. */
export interface Patience {
  /** True once nothing has moved for the time given. Trying again is no movement: a wrong password is tried for ever. */
  isOver(state: RunState): boolean;
}

export function createPatience(timeoutMs: number, nowMs: () => number = () => performance.now()): Patience {
  const seen = new Set<string>();
  let movedMs = nowMs();
  return {
    isOver(state) {
      for (const mark of marksOf(state)) {
        if (seen.has(mark)) continue;
        seen.add(mark);
        movedMs = nowMs();
      }
      return nowMs() - movedMs >= timeoutMs;
    },
  };
}

/** What can only be new while a run goes on: a page of 1C not read before, the plan, another document at rest. */
function marksOf({ status, progress, transfers, orders }: RunState): string[] {
  const atRest = [transfers, orders].map((states) =>
    ['done', 'failed', 'cancelled', 'superseded'].reduce((sum, name) => sum + (states[name] ?? 0), 0),
  );
  return [
    ...(progress.phase === undefined ? [] : [`reading ${progress.phase} ${progress.done ?? 0}`]),
    ...(status === 'completed' ? [`documents ${atRest.join(' ')}`] : []),
  ];
}

/** Why a run does not move, as far as the hub knows. */
export function waitingFor({ status, error, down, transfers, orders }: RunState): string {
  if (error !== null && status !== 'completed') return error;
  if (down.length > 0) return down.join(' ');
  if (status === 'queued') return 'Проверку никто не взял в работу: очередь не отдаёт её.';
  if (status === 'running') return 'Проверка начата, но не движется: её мог взять процесс, которого больше нет.';
  const open = ['pending', 'queued', 'sending', 'unknown'];
  const waiting = [transfers, orders].flatMap((states) => open.map((name) => states[name] ?? 0));
  return `Документы ещё не созданы: ${waiting.reduce((sum, one) => sum + one, 0)}.`;
}
