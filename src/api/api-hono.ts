import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './auth/token.ts';
import { refuseInvalid } from './errors.ts';

/** A router whose validation errors take the same way out as all others. */
export const createRouter = () => new OpenAPIHono<ApiEnv>({ defaultHook: (result) => refuseInvalid(result as never) });
