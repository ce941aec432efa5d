/** Set-up of mutation runs: the random tests draw the same cases every time, so that a mutant's fate can be repeated. */
import fc from 'fast-check';

fc.configureGlobal({ seed: 20_270_415 });
