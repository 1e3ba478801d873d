/** Cookies of one 1C publication: with `reuseSessions` in the .vrd they carry the session, and with it the licence. */
export interface Cookies {
  getCookieString(url: string): Promise<string>;
  setCookie(raw: string, url: string): Promise<void>;
  /** A session that died answers 400, 404 or 406 until its cookie is gone. True when there was one. */
  forget(): boolean;
  /** The cookie of a session that was asked for by the header `IBSession`. */
  hasSession(): boolean;
}

/** Names and values only: the adapter talks to one host, so path and domain decide nothing here. */
export function createCookies(): Cookies {
  const jar = new Map<string, string>();
  return {
    async getCookieString() {
      return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    },
    async setCookie(raw) {
      const [pair = '', ...attributes] = raw.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      if (at < 1) return;
      const gone = attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute));
      if (gone) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    },
    hasSession: () => [...jar.keys()].some((name) => name.toLowerCase() === 'ibsession'),
    forget() {
      const had = jar.size > 0;
      jar.clear();
      return had;
    },
  };
}
