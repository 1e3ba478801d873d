import type { Context } from 'hono';
import type { ApiDeps } from '../deps.ts';
import type { View } from './view.ts';

/** What the console's handlers know about the request: who asks, and how the answer is to look. */
export type ConsoleEnv = { Variables: { actor: string; view: View } };

export type ConsoleContext = Context<ConsoleEnv>;

export type ConsoleDeps = ApiDeps;
