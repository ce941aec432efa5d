/** What a person reads about each finding, in English. `{name}` is a parameter of the finding. */
export const EN = {
  passed: 'The rule is met.',
} as const;
