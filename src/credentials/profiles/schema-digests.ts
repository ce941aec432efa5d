// Written by scripts/context-index.ts; do not edit.

/** The digest (multibase, over the RFC 8785 form) of each schema, as issued credentials name it. */
export const SCHEMA_DIGESTS = {
  'identity-anchor': 'uEiBbBSgnDusR-awicBglvKoC0NPL6k6fE92E0pQp5b_4mQ',
  'verifier-accreditation': 'uEiDCXmdCqVjslRNV9gUC78f8gI-Ex1WdZWLTTf6CCk3gqA',
  'recognition-arrangement': 'uEiDPs0Yqpw_IkrySLyWpS12y1p-62rMfd3V-7qfPm7VDCQ',
  'carbon-footprint-claim': 'uEiCRh04nfBnrE4_DT22zlyCrgdOYzMpDW-Gn8W4cttcEfQ',
  'embedded-emissions-claim': 'uEiA4ym0SIk8tljeXccvnn32Jpf34qUmckKxNyGO0jdPUzg',
  'verification-statement': 'uEiDLw-wiIEntvUm2SVUpJ7EcRhlt20IQGHNsKZXCqdtDJg',
  'recognition-decision': 'uEiAXGHRKcgi9bCh3GVucSjsvsQjfHQ02H4pSDzTJx7mGvA',
  'carbon-price-paid': 'uEiC1VPc_JbIWPFpBOGPS4nKosb73ELv-CCIKEoGbufReaQ',
  'shipment-allocation': 'uEiA-MxDe3_sIJIfbtrq5VHU_iozeRodWDAapC7Vsu1pR0g',
  'verification-report': 'uEiDih6aDYl6LgIZ2NgWKaKLsTEm8ORPF3qzaQOvATOt6iQ',
  'verifiable-credential': 'uEiDYfC3pFxjFCt25xKuFWB39gNU52s4iVLgo7UBxfct4mA',
  'verifiable-credential-1.1': 'uEiBoX-Trll2mEX1t9AyDbv_TVJVMEzz6Df4R9eLeOQ_ODw',
  'bitstring-status-list-credential': 'uEiAEB2dl5PYOu9str7V3VaKIEUx06mDrbEhJCQ3T7ft45Q',
  'foreign-status-list-credential': 'uEiBjUpmR5k6bBbVBS6wFww9yxv6WS9quFtd51vbdyhiv8A',
  'verifiable-presentation': 'uEiDP-t45ZYjbiBXCLcFmHxi89V-_10iX0artFoWFKObzGw',
} as const;

export type SchemaName = keyof typeof SCHEMA_DIGESTS;
