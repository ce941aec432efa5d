import { defineProfile } from './profile.ts';

/** Whose verifications are accepted on which conditions. An arrangement can be suspended for a while. */
export const recognitionArrangement = defineProfile({
  type: 'RecognitionArrangement',
  schema: 'recognition-arrangement',
  suspension: true,
});
