/** The thread on which BBS arithmetic runs: one job in, one result out. */
import { parentPort } from 'node:worker_threads';
import { derive, sign, verify, verifyProof } from './bbs.ts';
import { type BbsJob, BbsRefusal, type BbsResult } from './bbs-job.ts';

parentPort?.on('message', (job: BbsJob) => {
  parentPort?.postMessage(resultOf(job));
});

/** Anything but a refusal of ours ends this thread: arithmetic that failed once is not asked again, and what it was asked stays open. */
function resultOf(job: BbsJob): BbsResult {
  try {
    return { value: work(job) };
  } catch (error) {
    if (error instanceof BbsRefusal) return { fault: error.message };
    throw error;
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
