/** Settings of the 1C adapter, as the hub's own configuration hands them down. */
export interface OneCConfig {
  /** The OData publication, ending in `/odata/standard.odata`. */
  url: string;
  user: string;
  password: string;
  /** IANA zone of the 1C server: its dates have none. Default Europe/Moscow. */
  timezone?: string;
  /** Requests at once: each holds a session, perhaps a licence, of 1C. Default 2. */
  concurrency?: number;
  /** Default 60 000: the first request after an idle hour takes 1C 11–30 s. */
  timeoutMs?: number;
  /** Default 120 000: the calculation of a virtual table on a large base. */
  balanceTimeoutMs?: number;
  /** Rows asked for at once. Default 1000. */
  pageSize?: number;
  /**
   * `cookies` (default): the publication reuses sessions by itself (`reuseSessions` in the .vrd). `ibsession`: the hub asks for a
   * session and ends it, for publications that do not.
   */
  session?: 'cookies' | 'ibsession';
  /** True: the snapshot reads barcodes too, and their register must be published. Default false. */
  barcodes?: boolean;
  /** Name or key of «Организация» for transfer orders. */
  organization?: string;
  /** Name or key of «Приоритет». */
  priority?: string;
  /** Member of the enumeration «ВариантыПриемкиТоваров». */
  acceptance?: string;
  /** Member of «ТипыНалогообложенияНДС» for «ПеремещениеПодДеятельность». */
  activity?: string;
  /** Name or key of «Подразделение». */
  department?: string;
  /** Name or key of the user written as «Ответственный» and «Автор». */
  responsible?: string;
}

export type OneCSettings = Required<
  Pick<
    OneCConfig,
    | 'url'
    | 'user'
    | 'password'
    | 'timezone'
    | 'concurrency'
    | 'timeoutMs'
    | 'balanceTimeoutMs'
    | 'pageSize'
    | 'session'
    | 'barcodes'
  >
> &
  Pick<OneCConfig, 'organization' | 'priority' | 'acceptance' | 'activity' | 'department' | 'responsible'>;

/** Fills in the defaults and cuts the slashes that people leave at the end of the address. */
export function settle(config: OneCConfig): OneCSettings {
  return {
    ...config,
    url: config.url.replace(/\/+$/, ''),
    timezone: config.timezone ?? 'Europe/Moscow',
    concurrency: config.concurrency ?? 2,
    timeoutMs: config.timeoutMs ?? 60_000,
    balanceTimeoutMs: config.balanceTimeoutMs ?? 120_000,
    pageSize: config.pageSize ?? 1000,
    session: config.session ?? 'cookies',
    barcodes: config.barcodes ?? false,
  };
}
