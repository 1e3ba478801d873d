/** Something that a person should know of before anybody asks. `code` and `subject` together say what it is about. */
export interface Alarm {
  code: 'no-scan' | 'worker-stalled' | 'no-worker' | 'waiting' | 'refused' | 'down' | 'near-switch-off';
  /** A queue, a worker, a system, a cause; empty where there is only one such thing. */
  subject: string;
  /** Russian: what is wrong, since when, what to do. */
  message: string;
  /** How many documents it is about, where it is about a number of them: told again when it has grown much. */
  size?: number;
}

/** An alarm as it is kept. */
export interface KeptAlarm extends Omit<Alarm, 'size'> {
  id: string;
  since: Date;
  resolvedAt: Date | null;
  /** Of how many documents people were told; NULL: of none yet, or it is not about a number. */
  toldSize: number | null;
}
