import { openChannels } from '../shared/alarms/channels.ts';
import { createNotifier } from '../shared/alarms/notifier.ts';
import { createAlarmWatch } from '../shared/alarms/watch.ts';
import { readConfig } from '../shared/config/config.ts';
import { environment } from '../shared/config/environment.ts';
import { createLog } from '../shared/log/log.ts';
import { createFleet } from '../workers/fleet.ts';
import { createLifecycle } from '../workers/lifecycle.ts';
import { endStalled } from './end-stalled.ts';
import { drawFirstLogin, tellFirstLogin } from './first-login.ts';
import { createKillPoint } from './kill-point.ts';
import { plantBug } from './planted-bugs.ts';
import { openServices } from './services.ts';
import { stopOnSignals } from './stop-signals.ts';
import { version } from './version.ts';
import { startWatchdog } from './watchdog.ts';
import { serveWorkerHealth } from './worker-health.ts';

/** `hub start`: the API, the workers, or both in one process, until a signal. */
export async function start({ only }: { only?: 'api' | 'worker' }): Promise<void> {
  const config = readConfig(environment());
  const pretty = config.log.format === 'pretty' || (config.log.format === 'auto' && Boolean(process.stdout.isTTY));
  const log = createLog({ level: config.log.level, pretty, name: only ?? 'hub' });
  const lifecycle = createLifecycle(log);
  const shutdown = stopOnSignals(lifecycle, log, config.shutdownMs);
  // One job's stray rejection must not take the others down; it is told loudly instead.
  process.on('unhandledRejection', (reason) =>
    log.error({
      event: 'process.unhandled-rejection',
      reason: reason instanceof Error ? reason.stack : String(reason),
    }),
  );
  // After an exception nobody knows what state the process is in: others' work may finish, then it starts anew.
  process.on('uncaughtException', (error) => shutdown.crash(error));
  try {
    const services = plantBug(config.testing.plant, await openServices(config, lifecycle, log));
    const notifier = createNotifier(openChannels(config.alarms), log);
    const watch = createAlarmWatch({ ...services, notifier });
    watch.start();
    lifecycle.opened({ name: 'alarms', stop: () => watch.stop() });
    if (only !== 'api') {
      const checkpoint = createKillPoint(config.testing.killAt);
      const fleet = createFleet({
        ...services,
        onStall: endStalled(services, shutdown),
        ...(checkpoint ? { checkpoint } : {}),
      });
      fleet.start();
      lifecycle.opened(startWatchdog(config.queues));
      lifecycle.opened({ name: 'fleet', stop: (leftMs) => fleet.stop(leftMs, { handBack: !shutdown.crashed() }) });
      if (only === 'worker' && config.http.workerHealthPort > 0) await serveWorkerHealth(services, fleet, lifecycle);
    }
    if (only !== 'worker') {
      const { config: served, login } = await drawFirstLogin(config);
      // A worker by itself need not load the API and its console.
      const { serveApi } = await import('./serve.ts');
      const url = await serveApi({ ...services, config: served }, lifecycle);
      log.info({
        event: 'api.listening',
        url,
        console: `${url}/console`,
        docs: `${url}/docs`,
        queues: `${url}/queues`,
      });
      if (login !== null) tellFirstLogin(url, login, console.error);
    }
    log.info({
      event: 'process.started',
      version,
      half: only ?? 'both',
      environment: config.environment,
      node: process.version,
    });
  } catch (error) {
    // Told to stop while it was still starting: what broke was closed on purpose.
    if (shutdown.begun()) return;
    await lifecycle.stop(5_000);
    throw error;
  }
}
