import type { Workspace } from '#workspace/state/workspace.js';

/** How long the stream may take to bring back what it holds, and how often to look; milliseconds. */
const KNOWN_WITHIN_MS = 4_300;
const LOOK_EVERY_MS = 2;

/** Whether this process has read the stream so far, or does in time. */
export async function awaitSequence(workspace: Workspace, sequence: number): Promise<boolean> {
  const until = performance.now() + KNOWN_WITHIN_MS;
  while (workspace.sequence < sequence) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}
