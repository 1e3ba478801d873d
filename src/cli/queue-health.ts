import type { Services } from './services.ts';

/** Whether the queue store answers within two seconds. */
export async function queueHealth({
  store,
}: Pick<Services, 'store'>): Promise<{ backend: 'redis' | 'postgres'; ok: boolean; detail?: string }> {
  const { backend } = store;
  const answer = await Promise.race([
    store
      .queue('scan')
      .getJobCounts('waiting')
      .then(
        () => null,
        (error: Error) => error.message,
      ),
    new Promise<string>((resolve) => setTimeout(() => resolve('нет ответа за 2 с'), 2_000).unref()),
  ]);
  return answer === null
    ? { backend, ok: true }
    : { backend, ok: false, detail: `Хранилище очередей не отвечает: ${answer}` };
}
