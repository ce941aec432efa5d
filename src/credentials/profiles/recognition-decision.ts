import { defineProfile } from './profile.ts';

/** One statement is accepted, or not, by a scheme, an authority or a verification body. */
export const recognitionDecision = defineProfile({ type: 'RecognitionDecision', schema: 'recognition-decision' });
