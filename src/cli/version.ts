import { createRequire } from 'node:module';

const here = import.meta.url.includes('/dist/') ? '../../../package.json' : '../../package.json';

/** The release, as in package.json. */
export const version = (createRequire(import.meta.url)(here) as { version: string }).version;
