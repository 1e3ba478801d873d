import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose files wait for processes, leases and pauses: what is long and comes last leaves the other processor idle. */
const LONG = ['chaos', 'docs', 'workers', 'hub', 'cli', 'browser', 'jobs', 'outbox'];

/** Files of long folders first; within a folder as vitest has them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.indexOf(path.basename(path.dirname(moduleId)));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
