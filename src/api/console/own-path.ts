/** Only a path of the hub's own pages: neither a login nor an act must lead elsewhere. */
export function ownPath(given: unknown): string {
  if (typeof given !== 'string' || !/^\/(console|queues)(?![\w-])[^\\]*$/.test(given)) return '/console';
  return new URL(given, 'http://hub.invalid').host === 'hub.invalid' ? given : '/console';
}
