import { defineProfile } from './profile.ts';

/** What was effectively paid abroad for the emissions of one claim. An independent person says so; nothing is recognised by it. */
export const carbonPricePaid = defineProfile({ type: 'CarbonPricePaid', schema: 'carbon-price-paid' });
