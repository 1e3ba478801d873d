/** Something that a person should know of before anybody asks. `code` and `subject` together say what it is about. */
export interface Alarm {
  code: 'no-scan' | 'worker-stalled' | 'no-worker' | 'waiting' | 'refused' | 'down' | 'near-switch-off';
  /** A queue, a worker, a system, a cause; empty where there is only one such thing. */
  subject: string;
  /** Russian: what is wrong, since when, what to do. */
  message: string;
}

/** An alarm as it is kept. */
export interface KeptAlarm extends Alarm {
  id: string;
  since: Date;
  resolvedAt: Date | null;
}
