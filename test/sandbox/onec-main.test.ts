import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';

type Child = ChildProcessByStdio<null, Readable, Readable>;
const children: Child[] = [];
function run(...args: string[]): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

/** Everything the stream says up to and with `mark`, or to its end. The stream stays open: the child goes on writing. */
function textUntil(stream: Readable, mark: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes(mark)) resolve(text);
    });
    stream.once('end', () => resolve(text));
  });
}

describe('npm run sandbox', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('prints settings that get in, and stops cleanly on %s', async (signal) => {
    const child = run('--port', '0', '--seed', '2');
    const text = await textUntil(child.stdout, '/control/state');
    const variables = Object.fromEntries([...text.matchAll(/^export (\w+)='(.*)'$/gm)].map((match) => match.slice(1)));
    for (const name of ['MOYSKLAD_URL', 'MOYSKLAD_TOKEN', 'MOYSKLAD_ORGANIZATION', 'MOYSKLAD_AGENT'])
      expect(variables[name]).toBeTruthy();
    const basic = Buffer.from(`${variables.API_1C_USER}:${variables.API_1C_PASSWORD}`).toString('base64');
    const answer = await fetch(`${variables.API_1C_URL}/`, { headers: { authorization: `Basic ${basic}` } });
    expect(answer.status).toBe(200);
    const farewell = textUntil(child.stdout, 'остановлена');
    child.kill(signal);
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(await farewell).toContain('Песочница остановлена');
  });

  it('says that the port is taken, that a number is no number, that a file is missing, and exits with 1', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const failures = [
      { args: ['--port', String(port)], words: `порт ${port} занят` },
      { args: ['--port', 'abc'], words: 'Нужно целое число от 0 до 65535' },
      { args: ['--port', '0', '--data', 'нет.csv'], words: 'нет.csv: такого файла нет' },
    ];
    for (const { args, words } of failures) {
      const child = run(...args);
      const exit = once(child, 'exit');
      expect(await textUntil(child.stderr, words)).toContain(words);
      expect((await exit)[0]).toBe(1);
    }
    taken.close();
  });
});
