import type { Reporter, TestModule } from 'vitest/node';

/** Names the tests that passed only when they were tried again: each is a race of the test or a fault of the product. */
export default class FlakyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const flaky = modules.flatMap((module) =>
      [...module.children.allTests()]
        .filter((test) => test.diagnostic()?.flaky)
        .map((test) => `  ${module.relativeModuleId}: ${test.fullName}`),
    );
    if (flaky.length === 0) return;
    console.log(`\nFLAKY, passed at the second try (${flaky.length}):\n${flaky.join('\n')}\n`);
  }
}
