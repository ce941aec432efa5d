import type { EN } from './en.ts';

/** 판정 결과를 사람이 읽는 한국어 문장. `{name}`은 판정 결과의 매개변수입니다. */
export const KO: Readonly<Record<keyof typeof EN, string>> = {
  passed: '규칙을 충족합니다.',
};
