import { defineProfile } from './profile.ts';

/** How much of a verified quantity went to one buyer. It names a buyer and a volume, so it goes to that buyer and to no one else. */
export const shipmentAllocation = defineProfile({ type: 'ShipmentAllocation', schema: 'shipment-allocation' });
