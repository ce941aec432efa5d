import type { View } from './transaction.ts';

/** The same view, which may be asked once. Errors: Error for a second question, since the answers could be of two states. */
export function oneQuestion(view: View): View {
  let asked = false;
  const ask = <Answer>(question: () => Promise<Answer>): Promise<Answer> => {
    if (asked) return Promise.reject(new Error('two questions need a snapshot'));
    asked = true;
    return question();
  };
  return { get: (key) => ask(() => view.get(key)), range: (range) => ask(() => view.range(range)) };
}
