import type { Role } from '../../shared/people/people.ts';

/**
 * Everything that the console lets people change, and who may. The one place where this is decided: a request that
 * changes something and is not listed is refused, whatever route stands behind it.
 */
export const ACTS: Readonly<Record<string, Role>> = {
  'POST /console/logout': 'viewer',
  'POST /console/settings': 'viewer',
  'POST /console/scan': 'operator',
  'POST /console/runs/:id/approve': 'operator',
  'POST /console/runs/:id/reject': 'operator',
  'POST /console/documents/many/retry': 'operator',
  'POST /console/documents/many/cancel': 'operator',
  'POST /console/documents/:id/approve': 'operator',
  'POST /console/documents/:id/reject': 'operator',
  'POST /console/documents/:id/retry': 'operator',
  'POST /console/documents/:id/cancel': 'operator',
  'POST /console/documents/:id/anew': 'admin',
  'POST /console/documents/:id/lines/:line/approve': 'operator',
  'POST /console/documents/:id/lines/:line/reject': 'operator',
  'POST /console/documents/:id/lines/:line/edit': 'operator',
  'POST /console/alarms/test': 'operator',
  'POST /console/snoozes': 'operator',
  'POST /console/snoozes/:id/end': 'operator',
};

const patterns = Object.entries(ACTS).map(([act, role]) => {
  const [method = '', path = ''] = act.split(' ');
  return { method, path: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`), role };
});

/** The role that a changing request needs; NULL: it is not to be let through at all. */
export const roleFor = (method: string, path: string): Role | null =>
  patterns.find((one) => one.method === method && one.path.test(path))?.role ?? null;
