import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** `npm run screens` draws docs/screens anew: what tests start, a browser looks at. It is no test, and `npm test` leaves it out. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/browser/screens.draw.ts'] },
});
