import type { OnProgress } from '../services/backups/back-up.ts';
import type { Terminal } from './command.ts';

const STEPS = {
  write: { en: 'writing', ko: '쓰는 중' },
  check: { en: 'checking', ko: '확인 중' },
  restore: { en: 'restoring', ko: '되살리는 중' },
} as const;
const WIDTH = 30;

/** One line that is written over and over, where the terminal is one; elsewhere nothing. */
export function showProgress(terminal: Terminal): { readonly show: OnProgress; readonly end: () => void } {
  let shown = '';
  const write = (line: string): void => {
    if (line === shown) return;
    shown = line;
    terminal.progress?.(line);
  };
  return {
    show: (step, done) => {
      const part = Math.min(1, Math.max(0, done));
      write(`${STEPS[step][terminal.language]} ${barOf(part)} ${Math.floor(part * 100)} %`);
    },
    end: () => write(''),
  };
}

/** `done`: the part of the whole, 0 to 1. */
export function barOf(done: number): string {
  const part = Math.min(1, Math.max(0, done));
  return `[${'#'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '.')}]`;
}
