import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends the run with one plain line, `N passed, N failed, N skipped`, for whoever reads the log by machine; before it the
 * tests that passed only at their second try, each of which is a defect to be mended, in the test or in what it tests.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const test of tests) counts[test.result().state] += 1;
    for (const test of tests.filter(isFlaky)) {
      const causes = test.result().errors?.map(({ message }) => message.split('\n')[0]);
      console.log(
        `\nPassed only at the second try: ${test.module.relativeModuleId} > ${test.fullName}: ${causes?.join('; ')}`,
      );
    }
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped + counts.pending} skipped`);
  }
}

const isFlaky = (test: TestCase): boolean => test.diagnostic()?.flaky === true;
