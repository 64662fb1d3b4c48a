import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { Metrics } from './metrics.js';

/** Inject `HealthCheck[]` under this token; each is asked anew for every answer and has 2 s. */
export const HEALTH_CHECKS = Symbol('HEALTH_CHECKS');
const CHECK_MS = 2_000;

export interface HealthCheck {
  readonly name: string;
  /** `detail` is shown to whoever asks, so it names no address and no secret. A rejection counts as not ok. */
  check(): Promise<{ ok: boolean; detail?: string }>;
}

interface CheckResult {
  readonly ok: boolean;
  readonly detail?: string;
  readonly milliseconds: number;
}

interface Readiness {
  readonly status: 'ready' | 'not_ready';
  readonly failing: readonly string[];
  readonly checks: Readonly<Record<string, CheckResult>>;
}

@ApiTags('Operation')
@Controller()
export class HealthController {
  private running: Promise<Readiness> | undefined;

  constructor(
    @Inject(HEALTH_CHECKS) private readonly checks: readonly HealthCheck[],
    private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'The process runs and answers' })
  @ApiResponse({ status: 200, description: '`{"status":"live"}`' })
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'The log is writable, the database reachable and the lag under its bound' })
  @ApiResponse({ status: 200, description: 'Ready, with every check' })
  @ApiResponse({ status: 503, description: 'Not ready; `failing` names the checks that fail' })
  async ready(@Res() reply: FastifyReply): Promise<void> {
    // Whoever asks meanwhile shares the run, so that asking often costs nothing.
    this.running ??= runChecks(this.checks).finally(() => (this.running = undefined));
    const readiness = await this.running;
    void reply
      .code(readiness.status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(readiness);
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Metrics in the text format of Prometheus' })
  @ApiResponse({ status: 200, description: 'text/plain; version=0.0.4' })
  async metricsText(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.metrics.text();
    void reply.header('content-type', this.metrics.registry.contentType).send(text);
  }
}

export async function runChecks(checks: readonly HealthCheck[], withinMs = CHECK_MS): Promise<Readiness> {
  const results = await Promise.all(checks.map((check) => runCheck(check, withinMs)));
  const failing = checks.flatMap(({ name }, index) => (results[index]?.ok === true ? [] : [name]));
  return {
    status: failing.length === 0 ? 'ready' : 'not_ready',
    failing,
    checks: Object.fromEntries(checks.map(({ name }, index) => [name, results[index] as CheckResult])),
  };
}

async function runCheck(check: HealthCheck, withinMs: number): Promise<CheckResult> {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ ok: boolean; detail?: string }>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: `no answer within ${withinMs} ms` }), withinMs);
  });
  const answered = Promise.resolve()
    .then(() => check.check())
    .catch((error: unknown) => ({ ok: false, detail: error instanceof Error ? error.name : 'failed' }));
  const result = await Promise.race([answered, late]);
  clearTimeout(timer);
  return { ...result, milliseconds: Math.round(performance.now() - started) };
}
