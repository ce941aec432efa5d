/** The thread on which BBS arithmetic runs: one job in, one result out. */
import { parentPort } from 'node:worker_threads';
import { derive, sign, verify, verifyProof } from './bbs.ts';
import type { BbsJob, BbsResult } from './bbs-job.ts';

parentPort?.on('message', (job: BbsJob) => {
  parentPort?.postMessage(resultOf(job));
});

function resultOf(job: BbsJob): BbsResult {
  try {
    return { value: work(job) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : 'unknown' };
  }
}

function work(job: BbsJob): Uint8Array | boolean {
  switch (job.act) {
    case 'sign': {
      const secret = job.privateKey.export();
      try {
        return sign(secret, job.input);
      } finally {
        secret.fill(0);
      }
    }
    case 'verify':
      return verify(job.input);
    case 'derive':
      return derive(job.input);
    case 'verifyProof':
      return verifyProof(job.input);
  }
}
